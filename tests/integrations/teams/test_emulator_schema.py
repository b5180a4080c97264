"""A whole life over real HTTP, every word of it held against our description of Graph."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from openapi_spec_validator import validate

from integrations.teams.emulator.sealing import certificate_of, sealed
from tests.integrations.teams import graph
from tests.integrations.teams.conftest import (
    GUARDED,
    ORGANISER,
    SUBSCRIPTIONS,
    EmulatedTenant,
    Receiver,
    begin,
    path_of,
)
from tests.integrations.teams.opening import Keys

MEETINGS = f"/v1.0/users/{ORGANISER}/onlineMeetings"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet="abcXYZ@.", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_description_is_openapi() -> None:
    validate(graph.description())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", MEETINGS, {**GUARDED, "subjekt": "x"}),
        ("POST", MEETINGS, {**GUARDED, "externalId": "ours"}),
        ("POST", MEETINGS, {**GUARDED, "allowMeetingChat": None}),
        ("POST", MEETINGS, {**GUARDED, "joinMeetingIdSettings": {"passcode": "ours"}}),
        ("PATCH", f"{MEETINGS}/x", {"joinMeetingIdSettings": {"isPasscodeRequired": True}}),
        ("PATCH", f"{MEETINGS}/x", {"startDateTime": "2026-11-24T16:00:00Z"}),
        ("PATCH", f"{MEETINGS}/x", {}),
        ("POST", f"{MEETINGS}/createOrGet", {"subject": "x"}),
        ("POST", SUBSCRIPTIONS, {"resource": "communications/callRecords"}),
    ],
    ids=str,
)
def test_a_request_that_graph_does_not_document_is_found_out(
    method: str, path: str, body: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        graph.check_request(method, path, body)


def test_an_answer_that_graph_does_not_document_is_found_out() -> None:
    with pytest.raises(ValidationError):
        graph.check_answer("GET", f"{MEETINGS}/x", 200, {"id": "x"})
    with pytest.raises(ValidationError):
        graph.check_answer("POST", MEETINGS, 400, {"message": "no"})
    with pytest.raises(AssertionError):
        graph.check_answer("POST", MEETINGS, 200, {})
    with pytest.raises(AssertionError):
        graph.check_request("POST", "/v1.0/users/x/calendar", {})


async def said(
    teams: EmulatedTenant, method: str, path: str, body: object = None
) -> dict[str, Any]:
    """One call, both sides of it checked."""
    graph.check_request(method, path, body)
    status, found = await teams.call(method, path, body)
    assert status < 300, found
    return found


async def test_every_word_of_a_whole_life_is_as_described(
    teams: EmulatedTenant, receiver: Receiver
) -> None:
    await said(teams, "GET", f"/v1.0/users/{ORGANISER}?$select=id,accountEnabled,assignedPlans")
    meeting = await said(teams, "POST", MEETINGS, GUARDED)
    await said(teams, "POST", f"{MEETINGS}/createOrGet", {"externalId": "ours"})
    wish = receiver.wish(meeting)
    subscription = f"{SUBSCRIPTIONS}/{(await said(teams, 'POST', SUBSCRIPTIONS, wish))['id']}"
    await said(teams, "PATCH", path_of(meeting), {"allowMeetingChat": "disabled"})
    people = [await begin(teams, meeting)]
    people.append(await teams.open(url=meeting["joinWebUrl"], name="D4F-2"))
    await teams.do(f"people/{people[1]}/admit")
    await teams.pass_time(timedelta(minutes=20))
    await said(teams, "POST", f"{subscription}/reauthorize")
    await said(teams, "PATCH", subscription, {"expirationDateTime": "2026-11-24T20:00:00Z"})
    for person in people:
        await teams.do(f"people/{person}/leave")
    await teams.do("webhooks/flush")
    assert receiver.kinds == ["callStarted", *["rosterUpdated"] * 5, "callEnded"]
    assert receiver.lifecycle == ["reauthorizationRequired"]
    await _afterwards(teams, meeting)
    await said(teams, "DELETE", subscription)


async def _afterwards(teams: EmulatedTenant, meeting: dict[str, Any]) -> None:
    reports = f"{path_of(meeting)}/attendanceReports"
    (report,) = (await said(teams, "GET", reports))["value"]
    await said(teams, "GET", f"{reports}/{report['id']}?$expand=attendanceRecords")
    await said(teams, "GET", f"{reports}/{report['id']}/attendanceRecords")
    await teams.pass_time(timedelta(minutes=15))
    await said(teams, "GET", f"/v1.0/communications/callRecords/{report['id']}")
    await said(teams, "GET", path_of(meeting))
    await said(teams, "DELETE", path_of(meeting))
    assert (await teams.call("GET", path_of(meeting)))[0] == 404


@given(content=st.dictionaries(st.text(alphabet="abcXYZ@.", min_size=1), JSON))
@settings(max_examples=50, deadline=None)
def test_whatever_is_sealed_is_read_by_the_key_and_by_no_other(content: dict[str, Any]) -> None:
    keys = Keys.made()
    certificate = certificate_of(keys.der)
    item = {"encryptedContent": sealed(content, certificate, "key-1")}
    assert keys.raw(item) == content
    with pytest.raises(ValueError):
        Keys.made(2048, 2).raw(item)
