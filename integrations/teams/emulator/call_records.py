"""Call records: made some time after a call, then grown once more, and told to who asked.

https://learn.microsoft.com/graph/api/resources/callrecords-callrecord
https://learn.microsoft.com/graph/changenotifications-for-callrecords
"""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.keys import STATE
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import ApiError, Call, Meeting, Person, State, Stay

Json = dict[str, Any]

_KEPT_FOR = timedelta(days=30)
_VERSIONS = 2


async def read_call_record(request: web.Request) -> web.Response:
    """GET /communications/callRecords/{id}, with sessions and segments by `$expand`."""
    state, wanted = request.app[STATE], request.match_info["record_id"]
    for meeting, call in _calls(state):
        version, ended_at = _version(state, call), call.ended_at
        if call.call_id == wanted and version and ended_at is not None:
            expand = request.query.get("$expand", "")
            record = _record(state, meeting, call, ended_at, version)
            if "participants_v2" in expand:
                record["participants_v2"] = [_participant(one) for one in _people(call)]
            if "sessions" in expand:
                record["sessions"] = [_session(state, one) for one in call.stays]
            return web.json_response(record)
    raise ApiError(404, "NotFound", "call record not found.")


def tend(state: State, outbox: Outbox) -> None:
    """Tell of every record that has come into being or grown since the last look."""
    for _, call in _calls(state):
        while call.record_version < _version(state, call):
            call.record_version += 1
            _tell(state, outbox, call)


def _tell(state: State, outbox: Outbox, call: Call) -> None:
    change = "created" if call.record_version == 1 else "updated"
    data = {
        "@odata.type": "#microsoft.graph.callrecord",
        "@odata.id": f"communications/callRecords/{call.call_id}",
        "id": call.call_id,
    }
    for one in list(state.subscriptions.values()):
        if not one.meeting_id and change in one.change_type.split(","):
            outbox.put_record(one, change, data)


def _calls(state: State) -> list[tuple[Meeting, Call]]:
    return [(meeting, call) for meeting in state.meetings.values() for call in meeting.past]


def _version(state: State, call: Call) -> int:
    """0 before it is made and after it is forgotten; a second version as long after the first."""
    now, delay = state.clock.now(), timedelta(seconds=state.options.call_record_delay_seconds)
    if call.ended_at is None or now > call.ended_at + _KEPT_FOR:
        return 0
    return sum(call.ended_at + delay * number <= now for number in range(1, _VERSIONS + 1))


def _record(state: State, meeting: Meeting, call: Call, ended_at: datetime, version: int) -> Json:
    organiser = state.users[meeting.organiser_id]
    name = organiser.upn.partition("@")[0]
    user = {"id": organiser.user_id, "displayName": name, "tenantId": state.settings.tenant_id}
    return {
        "id": call.call_id,
        "version": version,
        "type": "groupCall",
        "modalities": ["audio", "video"],
        "lastModifiedDateTime": graph_time(state.clock.now()),
        "startDateTime": graph_time(call.started_at),
        "endDateTime": graph_time(ended_at),
        "joinWebUrl": meeting.join_url,
        "organizer": {"user": user, "phone": None, "guest": None},
        "organizer_v2": {
            "id": organiser.user_id,
            "identity": {"user": {**user, "userPrincipalName": organiser.upn}},
        },
        "participants": [_identity(one) for one in _people(call)],
    }


def _people(call: Call) -> list[Person]:
    return list(
        {(one.person.user_id or one.person.guest_id): one.person for one in call.stays}.values()
    )


def _identity(person: Person) -> Json:
    """People who are not signed in show as users without a name."""
    name = person.name if person.user_id else None
    user = {"id": person.user_id or person.guest_id, "displayName": name}
    return {"user": user, "phone": None, "guest": None}


def _participant(person: Person) -> Json:
    return {"id": person.user_id or person.guest_id, "identity": _identity(person)}


def _session(state: State, stay: Stay) -> Json:
    times = {
        "startDateTime": graph_time(stay.joined_at),
        "endDateTime": graph_time(stay.left_at or state.clock.now()),
    }
    caller = {
        "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
        "identity": _identity(stay.person),
    }
    segment = {"id": stay.person.participant_id, "caller": caller, "callee": None, **times}
    return {**segment, "modalities": ["audio"], "segments": [segment]}
