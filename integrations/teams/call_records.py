"""A call that is over, looked up: on which account, from when to when, and by which link.

https://learn.microsoft.com/graph/api/resources/callrecords-callrecord
Records come half an hour or more after a call and name the meeting by its link alone. The meeting is
not looked up: Graph no longer knows those that we deleted, and the link would stand in a query.
"""

import hashlib
from collections.abc import Iterator

from integrations.links import segment
from integrations.teams.calls import TeamsCalls
from integrations.teams.identities import is_object_id
from integrations.teams.reading import Json, instant, part, text
from service.errors import ProviderGone
from service.ports import Signal, SignalKind, link_key

_RECORD = "call-record:"
_TIMES = {SignalKind.STARTED: "startDateTime", SignalKind.ENDED: "endDateTime"}


async def read_call(calls: TeamsCalls, record_id: str) -> tuple[Signal, ...]:
    """The start and the end of a recorded call; nothing if there is no such record (any more).

    Later versions of a record give the same digests, so that a call counts once.
    """
    try:
        record = await calls.read(f"/v1.0/communications/callRecords/{segment(record_id)}")
    except ProviderGone:
        return ()
    if text(record, "type") != "groupCall":
        return ()  # one person rang another: there was no meeting, and so no room of ours
    return tuple(_signals(record, record_id))


def _signals(record: Json, record_id: str) -> Iterator[Signal]:
    url = text(record, "joinWebUrl")
    for kind, name in _TIMES.items():
        happened_at = instant(record, name)
        if happened_at is not None:
            yield Signal(
                digest=hashlib.sha256(f"{record_id}{kind.value}".encode()).hexdigest(),
                kind=kind,
                provider_id=f"{_RECORD}{record_id}",
                occurrence="",
                happened_at=happened_at,
                host_account=_organiser(record),
                link_key=link_key(url) if url else "",
            )


def _organiser(record: Json) -> str:
    """The object id of whoever's call it was; the newer name first, the older is being retired."""
    newer = part(part(record, "organizer_v2"), "identity")
    for identity in (newer, part(record, "organizer")):
        oid = text(part(identity, "user"), "id").lower()
        if is_object_id(oid):
            return oid
    return ""
