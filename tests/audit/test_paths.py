"""Paths: what is asked of the table of nodes, and paths of the wrong length."""

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.paths import consistency_path, inclusion_path
from service.audit.tree import EMPTY_ROOT, Node, node_hash, verify_consistency, verify_inclusion
from tests.audit.sizes import ALL, READ, ROOT_AT, growths, places


@given(places(), st.integers(0, 8))
def test_a_path_of_another_length_is_refused(place: tuple[int, int], length: int) -> None:
    index, size = place
    path = inclusion_path(index, size, READ)
    other = (*path, *[EMPTY_ROOT] * 9)[:length]
    if len(path) == length:
        return
    with pytest.raises(ProofFailed):
        verify_inclusion(ALL[index], index, size=size, path=other, root=ROOT_AT[size])


@given(growths())
def test_a_consistency_path_of_another_length_is_refused(growth: tuple[int, int]) -> None:
    old, new = growth
    path = consistency_path(old, new, READ)
    for other in (path[:-1], (*path, EMPTY_ROOT), ()):
        with pytest.raises(ProofFailed):
            verify_consistency(old, ROOT_AT[old], new_size=new, new_root=ROOT_AT[new], path=other)


@given(places())
def test_an_inclusion_path_of_another_length_is_refused_though_the_root_is_made_to_fit(
    place: tuple[int, int],
) -> None:
    index, size = place
    path = inclusion_path(index, size, READ)
    longer = node_hash(EMPTY_ROOT, ROOT_AT[size])
    with pytest.raises(ProofFailed):
        verify_inclusion(ALL[index], index, size=size, path=[*path, EMPTY_ROOT], root=longer)
    if size > 1:
        with pytest.raises(ProofFailed):
            verify_inclusion(ALL[index], index, size=size, path=(), root=ALL[index])


def test_a_short_consistency_path_is_refused_though_the_roots_are_made_to_fit() -> None:
    path = consistency_path(2, 5, READ)[:1]
    with pytest.raises(ProofFailed):
        verify_consistency(
            2, ROOT_AT[2], new_size=5, new_root=node_hash(ROOT_AT[2], path[0]), path=path
        )


def test_a_long_consistency_path_is_refused_though_the_roots_are_made_to_fit() -> None:
    more = ALL[9]
    path = [*consistency_path(3, 4, READ), more]
    old_root, new_root = node_hash(more, ROOT_AT[3]), node_hash(more, ROOT_AT[4])
    with pytest.raises(ProofFailed):
        verify_consistency(3, old_root, new_size=4, new_root=new_root, path=path)


def test_a_consistency_path_with_a_hash_of_another_length_is_refused() -> None:
    odd = ALL[1] + b"x"
    with pytest.raises(ProofFailed):
        verify_consistency(1, ALL[0], new_size=2, new_root=node_hash(ALL[0], odd), path=[odd])


class CountingReader:
    """A table of nodes that remembers what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[list[Node]] = []

    def __call__(self, wanted: Collection[Node]) -> Mapping[Node, bytes]:
        self.calls.append(list(wanted))
        table = READ(wanted)
        return {node: table[node] for node in wanted}


@given(places())
def test_a_proof_asks_once_and_for_few_nodes(place: tuple[int, int]) -> None:
    index, size = place
    reader = CountingReader()
    inclusion_path(index, size, reader)
    consistency_path(index, size, reader)
    assert len(reader.calls) <= 2
    assert all(len(wanted) <= 2 * size.bit_length() for wanted in reader.calls)


def test_only_complete_nodes_are_asked_for() -> None:
    reader = CountingReader()
    for size in range(1, 130):
        inclusion_path(size // 2, size, reader)
        assert all((position + 1) << level <= size for level, position in reader.calls.pop())


def test_a_missing_node_fails_the_proof_instead_of_bending_it() -> None:
    with pytest.raises(ProofFailed):
        inclusion_path(5, 20, lambda wanted: {})


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_path_is_made_for_an_entry_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofFailed):
        inclusion_path(index, size, READ)


def test_no_path_is_made_for_a_shrinking_tree() -> None:
    with pytest.raises(ProofFailed):
        consistency_path(4, 3, READ)
