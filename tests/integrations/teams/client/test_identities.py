"""Who is who, by ids; of names only a door code survives."""

import string
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.teams.attendance import read_records
from integrations.teams.identities import Who, door_code, who_attended, who_is
from service.ports import Attended
from tests.integrations.teams.client.parts import TENANT, TUTOR

OID = TUTOR.user_id
OTHER_TENANT = "99999999-0000-4000-8000-000000000000"


def user(**changes: object) -> dict[str, Any]:
    return {"user": {"id": OID, "displayName": "Tina Tutor", "tenantId": TENANT, **changes}}


def guest(name: str) -> dict[str, Any]:
    return {"guest": {"id": "5f1c", "displayName": name}}


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        (user(), Who(OID, OID)),
        (user(id=OID.upper(), tenantId=TENANT.upper()), Who(OID, OID)),
        (user(displayName="K7Q2XM"), Who(OID, OID)),
        # Anonymous people, in both forms.
        (guest("K7Q2XM"), Who("K7Q2XM")),
        (guest(" k7q2xm "), Who("K7Q2XM")),
        (guest("Ada Lovelace"), Who()),
        (guest(""), Who()),
        (user(tenantId=None, displayName="K7Q2XM"), Who("K7Q2XM")),
        (user(tenantId=None, displayName="Ada Lovelace"), Who()),
        (
            {"user": {"id": "teamsvisitor:0a1b", "displayName": "k7q2xm", "tenantId": None}},
            Who("K7Q2XM"),
        ),
        ({"user": {"id": "teamsvisitor:0a1b", "displayName": None}}, Who()),
        # A foreign account proves nothing to us.
        (user(tenantId=OTHER_TENANT), Who()),
        (user(tenantId=OTHER_TENANT, displayName="K7Q2XM"), Who("K7Q2XM")),
        # An id of ours that is no object id.
        (user(id="teamsvisitor:0a1b"), Who()),
        # Telephones and programs.
        ({"phone": {"id": "+442079460000", "displayName": "K7Q2XM"}}, Who()),
        ({"applicationInstance": {"id": OID, "displayName": "K7Q2XM", "tenantId": TENANT}}, Who()),
        ({}, Who()),
    ],
)
@pytest.mark.pitfall(48)
def test_each_form_of_a_person_is_told_by_ids_alone(identity: dict[str, object], who: Who) -> None:
    assert who_is(identity, TENANT) == who


def test_keys_in_pascal_case_are_read_alike() -> None:
    pascal = {"User": {"Id": OID, "DisplayName": "Tina", "TenantId": TENANT}}
    assert who_is(pascal, TENANT) == Who(OID, OID)
    assert who_is({"Guest": {"DisplayName": "K7Q2XM"}}, TENANT) == Who("K7Q2XM")


@given(st.text())
def test_no_name_but_a_door_code_is_kept(name: str) -> None:
    kept = door_code(name)
    alphabet = set("ABCDEFGHJKMNPQRSTUVWXYZ23456789")
    assert kept == "" or (len(kept) == 6 and set(kept) <= alphabet)


CODES = st.text("ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=6, max_size=6).filter(
    lambda code: not code.isalpha()
)


@given(CODES, st.sampled_from(" \t"))
def test_a_door_code_is_known_in_any_case_and_with_spaces_round_it(code: str, space: str) -> None:
    assert door_code(f"{space}{code.lower()}{space}") == code


@pytest.mark.parametrize(
    "name",
    ["K7Q2X", "K7Q2XMM", "K7Q2X0", "K7Q2XI", "K7 2XM", "ＫKQ2XM", "ß7Q2X", "Andrew", "MARTHA"],
)
def test_what_only_looks_like_a_door_code_is_none(name: str) -> None:
    assert door_code(name) == ""


# --- attendance -----------------------------------------------------------------------------------


def attended(**changes: object) -> dict[str, Any]:
    return {"id": OID, "displayName": "Tina Tutor", "tenantId": None, **changes}


@pytest.mark.parametrize(
    ("identity", "role", "who"),
    [
        (attended(), "Presenter", Who(OID, OID)),
        (attended(tenantId=TENANT), "Attendee", Who(OID, OID)),
        (attended(displayName="Andrew"), "Presenter", Who(OID, OID)),
        (attended(displayName="K7Q2XM"), "Attendee", Who("K7Q2XM")),
        (attended(displayName="K7Q2XM"), "None", Who("K7Q2XM")),
        (attended(tenantId=OTHER_TENANT), "Attendee", Who()),
        (attended(tenantId=OTHER_TENANT, displayName="K7Q2XM"), "Attendee", Who("K7Q2XM")),
        ({"displayName": "k7q2xm"}, "Attendee", Who("K7Q2XM")),
        ({"displayName": "Ada Lovelace"}, "Attendee", Who()),
        ({}, "", Who()),
    ],
)
def test_a_record_is_told_by_ids_alone(identity: dict[str, object], role: str, who: Who) -> None:
    assert who_attended(identity, role, TENANT) == who


def record(*intervals: Mapping[str, object]) -> dict[str, Any]:
    return {
        "emailAddress": TUTOR.upn,
        "identity": attended(),
        "role": "Presenter",
        "attendanceIntervals": list(intervals),
    }


def test_each_interval_is_one_stay() -> None:
    one = {"joinDateTime": "2026-11-24T16:00:01.1234567Z", "leaveDateTime": "2026-11-24T16:10:00Z"}
    two = {"joinDateTime": "2026-11-24T16:11:00Z", "leaveDateTime": None}
    lost = {"joinDateTime": None, "leaveDateTime": "2026-11-24T16:20:00Z", "durationInSeconds": 0}
    found = read_records([record(one, two, lost)], TENANT)
    assert found is not None
    assert [stay.left_at is None for stay in found.stays] == [False, True]
    assert {(stay.registrant_id, stay.account_id) for stay in found.stays} == {(OID, OID)}
    assert found.stays[0].joined_at.isoformat() == "2026-11-24T16:00:01.123456+00:00"
    assert not found.lone_calls_missing


def test_reports_without_a_single_record_are_no_report() -> None:
    assert read_records([], TENANT) is None


@pytest.mark.pitfall(56)
def test_no_name_or_address_is_left_in_what_is_read() -> None:
    one = {"joinDateTime": "2026-11-24T16:00:00Z", "leaveDateTime": "2026-11-24T16:10:00Z"}
    found = read_records([record(one)], TENANT)
    assert "Tina" not in repr(found)
    assert "tuition" not in repr(found)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["identity", "role", "attendanceIntervals"]),
            st.none() | st.integers() | st.text(string.printable, max_size=5) | st.lists(st.none()),
        )
    )
)
def test_no_nonsense_in_a_record_breaks_the_reading(records: list[dict[str, Any]]) -> None:
    found = read_records(records, TENANT)
    assert found is None or all(isinstance(stay, Attended) for stay in found.stays)
