"""Opened events, in every form seen, as signals."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.teams.events import NotUnderstood, read_event
from service.ports import Signal, SignalKind
from tests.integrations.teams.client.parts import REFERENCE, SECOND, TENANT

AT = datetime(2026, 11, 24, 16, 1, 2, 345678, tzinfo=UTC)
LEFT = {"reason": "Participant has left the meeting call."}


def person(number: int = 1, name: str = "K7Q2XM", **changes: Any) -> dict[str, Any]:
    guest = {"id": f"g{number}", "displayName": name}
    return {
        "id": f"participant-{number}",
        "isInLobby": False,
        "info": {"identity": {"guest": guest}},
        **changes,
    }


def event(kind: str = "rosterUpdated", **more: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.callevent",
        "@odata.id": "communications/onlineMeetings(joinWebUrl='x')/meetingCallEvents",
        "id": "e1",
        "eventType": kind,
        "eventDateTime": "2026-11-24T16:01:02.3456789Z",
        **more,
    }


def roster(*people: dict[str, Any]) -> dict[str, Any]:
    return event() | {"participants@delta": list(people)}


def pascal(content: Any) -> Any:
    if isinstance(content, dict):
        return {key[:1].upper() + key[1:]: pascal(value) for key, value in content.items()}
    return [pascal(value) for value in content] if isinstance(content, list) else content


def read(content: object, reference: str = REFERENCE) -> tuple[Signal, ...]:
    return read_event(json.dumps(content).encode(), reference, TENANT)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("callStarted", SignalKind.STARTED),
        ("CallStarted", SignalKind.STARTED),
        ("callEnded", SignalKind.ENDED),
        ("somethingNew", SignalKind.OTHER),
    ],
)
def test_a_call_starts_and_ends(kind: str, meant: SignalKind) -> None:
    (signal,) = read(event(kind))
    assert (signal.kind, signal.happened_at, signal.reference) == (meant, AT, REFERENCE)
    assert signal.provider_id == signal.registrant_id == signal.connection == ""


def test_the_other_name_of_the_kind_is_read_too() -> None:
    content = event()
    content["callEventType"] = "callEnded"
    del content["eventType"]
    assert read(content)[0].kind is SignalKind.ENDED


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"isInLobby": True}, SignalKind.WAITING),
        ({"isInLobby": False}, SignalKind.JOINED),
        ({"isInLobby": False, "removedState": None}, SignalKind.JOINED),
        ({"isInLobby": False, "removedState": LEFT}, SignalKind.LEFT),
        ({"isInLobby": True, "removedState": LEFT}, SignalKind.LEFT),
        ({"removedState": {}}, SignalKind.LEFT),
        ({"isInLobby": None}, SignalKind.OTHER),
        ({"isInLobby": "no"}, SignalKind.OTHER),
    ],
)
def test_where_a_person_is(changes: dict[str, Any], meant: SignalKind) -> None:
    for content in (roster(person(**changes)), pascal(roster(person(**changes)))):
        (signal,) = read(content)
        assert signal.kind is meant
        assert signal.connection == "participant-1"
        assert signal.registrant_id == "K7Q2XM"


def test_both_letter_cases_say_the_same() -> None:
    member = {"user": {"id": SECOND.user_id, "displayName": "Sam", "tenantId": TENANT}}
    content = roster(person(), person(2, info={"identity": member}), person(3, isInLobby=True))
    camel, upper = read(content), read(pascal(content))
    for one, other in zip(camel, upper, strict=True):
        assert (one.kind, one.registrant_id, one.account_id, one.connection) == (
            other.kind,
            other.registrant_id,
            other.account_id,
            other.connection,
        )
    assert [signal.account_id for signal in camel] == ["", SECOND.user_id, ""]


def test_one_signal_for_each_person_each_told_apart() -> None:
    signals = read(roster(person(), person(2, "AB4DEF"), person(3, "Ada")))
    assert [signal.registrant_id for signal in signals] == ["K7Q2XM", "AB4DEF", ""]
    assert len({signal.digest for signal in signals}) == 3


@pytest.mark.pitfall(47)
def test_a_repeat_has_the_same_digest_and_another_meeting_another() -> None:
    first, again = read(event("callStarted")), read(event("callStarted"))
    elsewhere = read(event("callStarted"), "OTHERONE22")
    assert first == again
    assert first[0].digest != elsewhere[0].digest
    assert len(first[0].digest) == hashlib.sha256().digest_size * 2


@pytest.mark.pitfall(48)
def test_no_name_of_a_person_is_left_in_a_signal() -> None:
    signals = read(roster(person(name="Ada Lovelace")))
    assert "Ada" not in repr(signals)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        event(eventDateTime=None),
        event(eventDateTime="2026-11-24T16:01:02"),
        event(eventType=None),
        event(),
        event(**{"participants@delta": "x"}),
        event() | {"participants@delta": [7]},
        event() | {"participants@delta": [person()] * 1001},
        roster(person(id=None)),
        roster(person(id="")),
    ],
    ids=lambda content: str(content)[:40],
)
def test_what_cannot_be_understood_is_said_to_be_so(content: object) -> None:
    with pytest.raises(NotUnderstood):
        read(content)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=100))
def test_no_bytes_break_the_reading(plain: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_event(plain, REFERENCE, TENANT)


@given(st.sampled_from(["id", "isInLobby", "info", "removedState"]), _ANYTHING)
def test_no_nonsense_about_a_person_breaks_the_reading(name: str, nonsense: Any) -> None:
    try:
        (signal,) = read(roster(person(**{name: nonsense})))
    except NotUnderstood:
        return
    assert signal.reference == REFERENCE


@given(_ANYTHING)
def test_no_nonsense_for_an_identity_makes_an_account_of_ours(nonsense: object) -> None:
    (signal,) = read(roster(person(info={"identity": nonsense})))
    assert signal.account_id == ""


def test_deep_nesting_is_not_understood() -> None:
    plain = b'{"a":' * 100_000
    with pytest.raises(NotUnderstood):
        read_event(plain, REFERENCE, TENANT)
