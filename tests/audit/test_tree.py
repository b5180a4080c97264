"""The Merkle tree, its proofs, and the vectors that Certificate Transparency logs share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.paths import consistency_path, inclusion_path, read_from, root_at
from service.audit.tree import (
    EMPTY_ROOT,
    CompactRange,
    Node,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.audit.logs import flipped
from tests.audit.sizes import ALL, MOST, READ, ROOT_AT, growths, places, sizes

# The tree that the tests of Google's certificate-transparency used; RFC 6962 logs agree on it.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCIES = {
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1 word for word, to hold the loops against."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(recursive_root(leaves[:half]), recursive_root(leaves[half:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    tree = CompactRange()
    for data in LEAVES[:size]:
        tree.append(leaf_hash(data))
    assert tree.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "path"), INCLUSIONS.items())
def test_inclusion_paths_are_those_of_certificate_transparency(
    place: tuple[int, int], path: list[str]
) -> None:
    read = read_from([leaf_hash(data) for data in LEAVES])
    assert [hash_.hex() for hash_ in inclusion_path(*place, read)] == path


@pytest.mark.parametrize(("growth", "path"), CONSISTENCIES.items())
def test_consistency_paths_are_those_of_certificate_transparency(
    growth: tuple[int, int], path: list[str]
) -> None:
    read = read_from([leaf_hash(data) for data in LEAVES])
    assert [hash_.hex() for hash_ in consistency_path(*growth, read)] == path


def test_roots_of_all_sizes_follow_the_definition() -> None:
    tree = CompactRange()
    for size in range(MOST + 1):
        assert tree.root() == ROOT_AT[size] == recursive_root(ALL[:size])
        if size < MOST:
            tree.append(ALL[size])


def test_every_entry_of_every_size_is_proved() -> None:
    for size in range(1, MOST + 1):
        for index in range(0, size, 1 if size < 70 else 17):
            path = inclusion_path(index, size, READ)
            verify_inclusion(ALL[index], index, size=size, path=path, root=ROOT_AT[size])


def test_every_size_is_proved_to_extend_every_smaller_one() -> None:
    for new in range(MOST + 1):
        for old in range(0, new + 1, 1 if new < 70 else 17):
            path = consistency_path(old, new, READ)
            verify_consistency(old, ROOT_AT[old], new_size=new, new_root=ROOT_AT[new], path=path)


@given(places(), st.data())
def test_one_flipped_bit_breaks_an_inclusion_proof(
    place: tuple[int, int], data: st.DataObject
) -> None:
    index, size = place
    parts = [ALL[index], ROOT_AT[size], *inclusion_path(index, size, READ)]
    victim = data.draw(st.integers(0, len(parts) - 1))
    parts[victim] = flipped(parts[victim], data.draw(st.integers(0, 255)))
    leaf, root, *path = parts
    with pytest.raises(ProofFailed):
        verify_inclusion(leaf, index, size=size, path=path, root=root)


@given(growths(), st.data())
def test_one_flipped_bit_breaks_a_consistency_proof(
    growth: tuple[int, int], data: st.DataObject
) -> None:
    old, new = growth
    parts = [ROOT_AT[old], ROOT_AT[new], *consistency_path(old, new, READ)]
    victim = data.draw(st.integers(0, len(parts) - 1))
    parts[victim] = flipped(parts[victim], data.draw(st.integers(0, 255)))
    old_root, new_root, *path = parts
    with pytest.raises(ProofFailed):
        verify_consistency(old, old_root, new_size=new, new_root=new_root, path=path)


@given(places(), st.integers(0, MOST))
def test_a_proof_holds_at_its_own_index_only(place: tuple[int, int], claimed: int) -> None:
    index, size = place
    path = inclusion_path(index, size, READ)
    if claimed == index:
        return
    with pytest.raises(ProofFailed):
        verify_inclusion(ALL[index], claimed, size=size, path=path, root=ROOT_AT[size])


def test_a_rewritten_log_does_not_extend_what_was_seen() -> None:
    rewritten = [*ALL[:40], leaf_hash(b"something else"), *ALL[41:]]
    read = read_from(rewritten)
    with pytest.raises(ProofFailed):
        verify_consistency(
            100,
            ROOT_AT[100],
            new_size=200,
            new_root=root_at(200, read),
            path=consistency_path(100, 200, read),
        )


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "path"),
    [
        (2, ROOT_AT[2], 1, ROOT_AT[1], ()),
        (-1, EMPTY_ROOT, 1, ROOT_AT[1], ()),
        (0, ROOT_AT[1], 1, ROOT_AT[1], ()),
        (0, EMPTY_ROOT, 1, ROOT_AT[1], (ALL[0],)),
        (3, ROOT_AT[3], 3, ROOT_AT[4], ()),
        (0, ROOT_AT[1], 0, ROOT_AT[1], ()),
    ],
)
def test_impossible_growth_is_refused(
    old: int, old_root: bytes, new: int, new_root: bytes, path: tuple[bytes, ...]
) -> None:
    with pytest.raises(ProofFailed):
        verify_consistency(old, old_root, new_size=new, new_root=new_root, path=path)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = ALL[:2]
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_hash_of_another_length_is_refused() -> None:
    root = node_hash(ALL[0], ALL[1] + b"x")
    with pytest.raises(ProofFailed):
        verify_inclusion(ALL[0], 0, size=2, path=[ALL[1] + b"x"], root=root)


@given(sizes, st.integers(0, MOST))
def test_a_restored_tree_grows_as_if_never_put_away(size: int, more: int) -> None:
    tree = CompactRange()
    tree.extend(ALL[:size])
    restored = CompactRange.from_hashes(tree.size, tree.to_hashes())
    restored.extend(ALL[size : size + more])
    assert restored.root() == ROOT_AT[min(MOST, size + more)]


@pytest.mark.parametrize(("size", "saved"), [(3, 1), (3, 3), (-1, 0), (0, 1)])
def test_a_saved_state_that_does_not_fit_its_size_is_refused(size: int, saved: int) -> None:
    with pytest.raises(ProofFailed):
        CompactRange.from_hashes(size, ALL[:saved])


def test_what_is_not_a_hash_is_neither_restored_nor_grown() -> None:
    with pytest.raises(ProofFailed):
        CompactRange.from_hashes(1, [ALL[0] + b"x"])
    with pytest.raises(ProofFailed):
        CompactRange().grow([ALL[0][:-1]])


@given(st.lists(st.integers(1, 60), max_size=6))
def test_growing_in_batches_completes_each_node_once_with_its_root(batches: list[int]) -> None:
    tree, table = CompactRange(), {}
    for batch in batches:
        for node, hash_ in tree.grow(ALL[tree.size : min(MOST, tree.size + batch)]):
            assert node not in table
            table[node] = hash_
    expected = {
        Node(level, position): recursive_root(ALL[position << level : (position + 1) << level])
        for level in range(tree.size.bit_length())
        for position in range(tree.size >> level)
    }
    assert table == expected


@given(sizes)
def test_a_tree_remembers_one_hash_per_bit_of_its_size(size: int) -> None:
    tree = CompactRange()
    tree.extend(ALL[:size])
    assert len(tree.to_hashes()) == size.bit_count()
