"""A call that is over, looked up: on which account, and in which meeting, if it is known.

https://learn.microsoft.com/graph/api/resources/callrecords-callrecord
Records come half an hour or more after a call and name the meeting by its link alone.
"""

import hashlib
from urllib.parse import quote

from integrations.links import segment
from integrations.teams.calls import TeamsCalls
from integrations.teams.identities import is_object_id
from integrations.teams.reading import Json, instant, part, rows, text
from service.errors import ProviderGone, ProviderRefused
from service.ports import Signal, SignalKind

UNKNOWN_MEETING = "call-record:"
"""Stands before a record's id where the meeting of a call cannot be found."""


async def read_call(calls: TeamsCalls, record_id: str) -> Signal | None:
    """The call of a record as over on an account; None if there is no such record (any more).

    Later versions of a record give the same digest, so that a call counts once.
    """
    try:
        record = await calls.read(f"/v1.0/communications/callRecords/{segment(record_id)}")
    except ProviderGone:
        return None
    happened_at = instant(record, "endDateTime") or instant(record, "startDateTime")
    if happened_at is None:
        return None
    organiser = _organiser(record)
    meeting_id = await _meeting_of(calls, organiser, text(record, "joinWebUrl"))
    return Signal(
        digest=hashlib.sha256(f"{UNKNOWN_MEETING}{record_id}".encode()).hexdigest(),
        kind=SignalKind.ENDED,
        provider_id=meeting_id or f"{UNKNOWN_MEETING}{record_id}",
        occurrence="",
        happened_at=happened_at,
        host_account=organiser,
    )


async def _meeting_of(calls: TeamsCalls, organiser: str, url: str) -> str:
    """The id of the meeting with a link; empty if there is none, or none that we may see."""
    if not organiser or not url:
        return ""
    # Doubled quotes stand for one inside an OData text.
    wanted = quote("JoinWebUrl eq '" + url.replace("'", "''") + "'", safe="")
    path = f"/v1.0/users/{segment(organiser)}/onlineMeetings?%24filter={wanted}"
    try:
        found = rows(await calls.read(path), "value")
    except (ProviderGone, ProviderRefused):
        return ""  # an account that is not a host of ours has no access policy
    return text(found[0], "id") if len(found) == 1 else ""


def _organiser(record: Json) -> str:
    """The object id of whoever's call it was; the newer name first, the older is being retired."""
    newer = part(part(record, "organizer_v2"), "identity")
    for identity in (newer, part(record, "organizer")):
        oid = text(part(identity, "user"), "id").lower()
        if is_object_id(oid):
            return oid
    return ""
