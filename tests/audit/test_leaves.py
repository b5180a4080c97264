"""Leaves: one spelling, and no room for anything that says who someone is."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.audit import Unrecordable
from service.audit.commitments import commit
from service.audit.leaves import LARGEST_LEAF_BYTES, Fact, Leaf, outline

AT = datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC)
LEAF = Leaf(
    kind="consent.given",
    at=AT,
    actor="act-7",
    subjects={"parent": "sub-2", "child": "sub-1"},
    facts={"means": "video", "age_band": 12, "phone": False, "until": None, "rooms": ["a", "b"]},
    commitment=bytes(32),
)
BYTES = (
    b'{"actor":"act-7","at":"2026-03-29T01:30:00.000005Z","commitment":"' + b"00" * 32 + b'",'
    b'"facts":{"age_band":12,"means":"video","phone":false,"rooms":["a","b"],"until":null},'
    b'"kind":"consent.given","subjects":{"child":"sub-1","parent":"sub-2"},"version":1}'
)

texts = st.from_regex(r"[A-Za-z0-9_.:+\-/=]{0,120}", fullmatch=True)
pseudonyms = texts.filter(bool)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
facts = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), texts, st.lists(texts)
)
leaves = st.builds(
    Leaf,
    kind=st.from_regex(r"[a-z][a-z0-9_]{0,19}(\.[a-z][a-z0-9_]{0,19}){0,2}", fullmatch=True),
    at=st.datetimes(timezones=st.just(UTC)),
    actor=pseudonyms,
    subjects=st.dictionaries(keys, pseudonyms, max_size=4),
    facts=st.dictionaries(keys, facts, max_size=4),
    commitment=st.none() | st.binary(min_size=32, max_size=32),
)


def changed(**fields: object) -> bytes:
    """The canonical bytes of `LEAF` with fields replaced, added, or (`...`) left out."""
    values: dict[str, Any] = {**json.loads(BYTES), **fields}
    return rfc8785.dumps({key: value for key, value in values.items() if value is not ...})


def test_the_bytes_are_canonical_json() -> None:
    assert LEAF.to_bytes() == BYTES


@given(leaves)
def test_the_bytes_are_those_of_a_general_rfc_8785_library(leaf: Leaf) -> None:
    values = json.loads(leaf.to_bytes())
    told = {**values, "facts": dict(leaf.facts), "subjects": dict(leaf.subjects)}
    assert leaf.to_bytes() == rfc8785.dumps(told)


@given(leaves)
def test_a_leaf_survives_its_bytes(leaf: Leaf) -> None:
    assert Leaf.from_bytes(leaf.to_bytes()) == leaf
    assert Leaf.from_bytes(leaf.to_bytes()).to_bytes() == leaf.to_bytes()


@given(leaves)
def test_the_outline_of_a_leaf_is_what_the_leaf_says(leaf: Leaf) -> None:
    seen = outline(leaf.to_bytes())
    assert (seen.kind, seen.commitment) == (leaf.kind, leaf.commitment)


@given(st.integers(0, len(BYTES) - 1), st.integers(0, 7))
def test_bytes_read_as_a_leaf_only_in_their_one_spelling(at: int, bit: int) -> None:
    data = bytearray(BYTES)
    data[at] ^= 1 << bit
    try:
        leaf = Leaf.from_bytes(bytes(data))
    except Unrecordable:
        return
    assert leaf != LEAF
    assert leaf.to_bytes() == bytes(data)
    assert outline(bytes(data)).commitment == leaf.commitment


@pytest.mark.pitfall(59)
@pytest.mark.parametrize(
    "words",
    [
        "Ada Lovelace",
        "ada@example.org",
        "said she was unwell",
        "Zoë",
        "O'Hara",
        "(020) 79460000",
        'quote"',
        "brace{",
        "back\\slash",
        "new\nline",
        "trailing\n",
        "x" * 121,
    ],
)
def test_nothing_like_a_sentence_or_an_address_enters_a_leaf(words: str) -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, words)
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", subjects={"child": words})
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", facts={"note": words})
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", facts={"notes": ["fine", words]})
    with pytest.raises(Unrecordable):
        Leaf.from_bytes(changed(facts={"note": words}))


@pytest.mark.pitfall(56)
def test_a_refusal_does_not_repeat_what_was_refused() -> None:
    with pytest.raises(Unrecordable) as refusal:
        Leaf("consent.given", AT, "Ada Lovelace")
    assert "Ada" not in str(refusal.value)


@pytest.mark.parametrize(
    "kind", ["", "Consent", "consent.", ".given", "a b", "a-b", "1a", "a" * 65]
)
def test_a_kind_is_dotted_snake_case(kind: str) -> None:
    with pytest.raises(Unrecordable):
        Leaf(kind, AT, "act-7")


@pytest.mark.parametrize("key", ["", "Child", "a b", "a.b", "a" * 65])
def test_roles_and_names_of_facts_are_snake_case(key: str) -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", subjects={key: "sub-1"})
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", facts={key: 1})


@pytest.mark.parametrize(
    "at", [AT.replace(tzinfo=None), AT.astimezone(timezone(timedelta(hours=1)))]
)
def test_a_time_that_is_not_utc_is_refused(at: datetime) -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", at, "act-7")


@pytest.mark.parametrize("fact", [0.5, 2**53, -(2**53), b"x", {"a": 1}, [1], [["a"]]])
def test_a_fact_that_json_readers_may_disagree_on_is_refused(fact: Any) -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", facts={"fact": fact})


@pytest.mark.parametrize("actor", ["", "act 7"])
def test_an_actor_is_a_pseudonym(actor: str) -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, actor)


def test_a_commitment_is_32_bytes() -> None:
    with pytest.raises(Unrecordable):
        Leaf("consent.given", AT, "act-7", commitment=b"short")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 60_000,
        b"9" * 60_000,
        BYTES + b"\n",
        b" " + BYTES,
        BYTES.replace(b'"act-7"', b'"act\\u002d7"'),
        BYTES.replace(b'"version":1', b'"version":1.0'),
        BYTES.replace(b'"version":1', b'"version":true'),
        BYTES.replace(b'"version":1', b'"version":2'),
        BYTES.replace(b'"version":1', b'"version":1,"version":1'),
        BYTES.replace(b'{"actor"', b'{"actor":"act-9","actor"'),
        BYTES.replace(b"12", b"12.0"),
        BYTES.replace(b"12", b"NaN"),
        BYTES.replace(b".000005Z", b"+00:00"),
        changed(at="2026-03-29T01:30:00.000005"),
        changed(at="2026-13-29T01:30:00.000005Z"),
        changed(at="2026-03-29T02:30:00.000005+01:00"),
        changed(at=5),
        changed(commitment="zz"),
        changed(commitment=("AB" * 32)),
        changed(commitment=5),
        changed(extra=1),
        changed(facts=...),
        changed(facts=[]),
        changed(facts=["means"]),
        changed(subjects=None),
        changed(subjects={"child": 5}),
        changed(kind=None),
        changed(actor=["act-7"]),
    ],
)
def test_any_other_bytes_are_no_leaf(data: bytes) -> None:
    with pytest.raises(Unrecordable):
        Leaf.from_bytes(data)


@pytest.mark.parametrize("data", [b"", BYTES + b"\n", BYTES[1:], BYTES.replace(b'n":1', b'n":2')])
def test_any_other_bytes_have_no_outline(data: bytes) -> None:
    with pytest.raises(Unrecordable):
        outline(data)


def test_a_leaf_fits_an_entry_bundle() -> None:
    room: dict[str, Fact] = {f"fact_{number}": ["x" * 120] * 5 for number in range(103)}
    spare = LARGEST_LEAF_BYTES - len(Leaf("a", AT, "b", facts=room).to_bytes())
    assert 0 < spare < 1_000
    full = {**room, "list": ["x" * 120] * (spare // 123)}
    assert Leaf.from_bytes(Leaf("a", AT, "b", facts=full).to_bytes()).facts.keys() == full.keys()
    with pytest.raises(Unrecordable):
        Leaf("a", AT, "b", facts={**full, "more": ["x" * 120] * 2})


def test_bytes_too_large_for_a_leaf_are_not_even_parsed() -> None:
    with pytest.raises(Unrecordable) as refusal:
        Leaf.from_bytes(b"{" * (LARGEST_LEAF_BYTES + 1))
    assert refusal.value.details == {"field": "size"}
    with pytest.raises(Unrecordable):
        outline(BYTES.replace(b'"age_band"', b'"' + b"x" * LARGEST_LEAF_BYTES + b'"'))


def test_a_leaf_does_not_change_after_it_is_made() -> None:
    subjects = {"child": "sub-1"}
    leaf = Leaf("consent.given", AT, "act-7", subjects=subjects)
    subjects["child"] = "sub-2"
    assert leaf.subjects == {"child": "sub-1"}
    with pytest.raises(FrozenInstanceError):
        leaf.actor = "act-8"  # type: ignore[misc]
    with pytest.raises(TypeError):
        leaf.subjects["child"] = "sub-3"  # type: ignore[index]


@pytest.mark.pitfall(59)
def test_an_outline_opens_to_the_one_payload_under_its_own_kind() -> None:
    salt = bytes(range(32))
    committed = commit("consent.given", salt, b"payload")
    seen = outline(Leaf("consent.given", AT, "act-7", commitment=committed).to_bytes())
    assert seen.opens_to(salt, b"payload")
    assert not seen.opens_to(salt, b"payloae")
    other = outline(Leaf("consent.withdrawn", AT, "act-7", commitment=committed).to_bytes())
    assert not other.opens_to(salt, b"payload")
    assert not outline(Leaf("consent.given", AT, "act-7").to_bytes()).opens_to(salt, b"payload")
