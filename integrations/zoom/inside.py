"""What is to be seen of a running meeting: whether it runs, and by the dashboard who is in it.

https://developers.zoom.us/docs/api/meetings/ (dashboards: meeting participants). Only accounts from
the Business plan on have a dashboard, and it is a minute or two behind. Names and addresses in its
rows are left behind. One row that cannot be understood makes the whole list worthless: who is left
out would be taken for gone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from integrations.zoom.calls import ZoomCalls
from integrations.zoom.limits import LIST_INSIDE, READ
from integrations.zoom.links import uuid_segment
from integrations.zoom.meetings import path_of
from integrations.zoom.protocol import Json, TokenRefused, instant_of
from service.errors import ProviderError, ProviderRefused
from service.ports import Inside, InsidePerson, MeetingHandle

LAG = timedelta(minutes=3)
"""How old what the dashboard shows may be: one or two minutes as a rule, and one for good measure."""
_NO_DASHBOARD_FOR = timedelta(hours=1)
"""How long an account that may not look is believed to have no dashboard."""

_LIVE = {"type": "live", "include_fields": "registrant_id"}
_PLACES = {"in_meeting": False, "in_waiting_room": True}
_BY_TELEPHONE = "phone"
_NOT_IN_THIS_PLAN = 200


class ZoomRooms:
    """Looks into the rooms of one account; remembers for a while that it may not."""

    def __init__(self, calls: ZoomCalls) -> None:
        self._calls = calls
        self._no_dashboard_until: datetime | None = None

    async def look_inside(self, handle: MeetingHandle) -> Inside:
        """See `MeetingProvider.look_inside`."""
        meeting = await self._calls.read(READ, path_of(handle))
        running = {"started": True, "waiting": False}.get(str(meeting.get("status")))
        uuid = _text(meeting.get("uuid"))
        if str(meeting.get("id", "")) != handle.provider_id:
            return Inside(running=None, people=None)
        if not running or not uuid:
            return Inside(running, people=None)
        people = await self._people(uuid, _text(meeting.get("host_id")))
        return Inside(running, people, occurrence=uuid, lag=LAG)

    async def _people(self, uuid: str, host_id: str) -> tuple[InsidePerson, ...] | None:
        """Everybody in a call; None where Zoom does not tell now, whatever the reason."""
        if not await self._may_look():
            return None
        path = f"/metrics/meetings/{uuid_segment(uuid)}/participants"
        try:
            rows = await self._calls.read_all(LIST_INSIDE, path, _LIVE, "participants")
        except ProviderError as error:  # not there yet, too busy, lost on the way, or not for us
            if _is_not_for_us(error):
                self._no_dashboard_until = self._calls.now() + _NO_DASHBOARD_FOR
            return None
        return _read_people(rows, uuid, host_id)

    async def _may_look(self) -> bool:
        until = self._no_dashboard_until
        if until is not None and self._calls.now() < until:
            return False
        return LIST_INSIDE.is_granted(await self._calls.scopes())


def _is_not_for_us(error: ProviderError) -> bool:
    """Whether the account as a whole may not ask, by its plan or by its permissions."""
    is_unpaid = error.details.get("provider_code") == _NOT_IN_THIS_PLAN
    return isinstance(error, TokenRefused) or (isinstance(error, ProviderRefused) and is_unpaid)


def _read_people(rows: Iterable[Json], uuid: str, host_id: str) -> tuple[InsidePerson, ...] | None:
    """Those who are there now: the live list keeps the rows of people who have left."""
    there = [row for row in rows if row.get("leave_time") in (None, "")]
    gone = [row for row in rows if row not in there]
    if any(instant_of(row.get("leave_time")) is None for row in gone):
        return None
    people = [_person(row, uuid, host_id) for row in there]
    known = tuple(person for person in people if person is not None)
    return known if len(known) == len(people) else None


def _person(row: Json, uuid: str, host_id: str) -> InsidePerson | None:
    waiting = _PLACES.get(str(row.get("status")))
    joined_at = instant_of(row.get("join_time"))
    connection = _text(row.get("user_id"))
    if waiting is None or joined_at is None or not connection:
        return None
    # A caller is not the holder of the link whose number they typed (pitfall 51).
    calls_in = _text(row.get("device")).casefold() == _BY_TELEPHONE
    account = "" if calls_in else _text(row.get("participant_user_id")) or _text(row.get("id"))
    return InsidePerson(
        registrant_id="" if calls_in else _text(row.get("registrant_id")),
        account_id=account,
        as_host=bool(account) and account == host_id,
        connection=connection,
        occurrence=uuid,
        joined_at=joined_at,
        waiting=waiting,
    )


def _text(value: object) -> str:
    """Ids come as text in some answers and as numbers in others."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
