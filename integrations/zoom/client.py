"""`MeetingProvider` on Zoom's REST API.

https://developers.zoom.us/docs/api/meetings/
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import aiohttp
from pydantic import SecretStr

from integrations.http import Limits
from integrations.links import segment, trusted_link
from integrations.zoom.attendance import read_attendance
from integrations.zoom.calls import Allowance, Credentials, ZoomCalls
from integrations.zoom.checkup import ZoomCheckup
from integrations.zoom.hosts import Host, read_host, require_unlocked, require_usable
from integrations.zoom.inside import ZoomRooms
from integrations.zoom.limits import (
    CREATE,
    DELETE,
    END,
    LIST,
    READ,
    READ_LOCKS,
    READ_SETTINGS,
    READ_USER,
    PlanName,
    draw_for_write,
)
from integrations.zoom.links import ZOOM_LINKS
from integrations.zoom.meetings import carries, create_body, path_of, read_facts, read_id
from integrations.zoom.passcodes import Choose, generate_passcode, read_policy
from integrations.zoom.protocol import Json
from integrations.zoom.registrants import ZoomRegistrants
from service.errors import NotClear, ProviderGone, ProviderRefused
from service.policy.clearance import Clearance
from service.ports import (
    Abilities,
    Attendance,
    Budget,
    Clock,
    Inside,
    MeetingFacts,
    MeetingHandle,
    MeetingPlan,
    MeetingProvider,
    NoBudget,
    Seat,
    WayIn,
)

# Neither host nor registrants get a mail from Zoom about a deletion (POL-22, POL-24).
_SILENTLY = "schedule_for_reminder=false&cancel_meeting_reminder=false"
# The locks are one thing for all hosts and seldom change; what they hide, the read-back shows.
_LOCKS_HOLD_FOR = timedelta(minutes=1)


class ZoomClient(MeetingProvider):
    """Makes, reads and unmakes protected meetings on one Zoom account."""

    abilities = Abilities(ends_calls=True, finds_by_reference=True, personal_links=True)

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        account_id: str,
        client_id: str,
        client_secret: SecretStr,
        clock: Clock,
        base_url: str = "https://api.zoom.us",
        token_url: str = "https://zoom.us/oauth/token",  # noqa: S107
        link_origins: Iterable[str] = ZOOM_LINKS,
        registrant_domain: str = "door.invalid",
        limits: Limits | None = None,
        choose: Choose = secrets.choice,
        plan: PlanName = "pro",
        budget: Budget | None = None,
    ) -> None:
        self._clock = clock
        self._link_origins = tuple(link_origins)
        self._choose = choose
        self._calls = ZoomCalls(
            session,
            base_url=base_url,
            credentials=Credentials(account_id, client_id, client_secret, token_url),
            clock=clock,
            limits=limits or Limits(),
            allowance=Allowance(plan, budget or NoBudget()),
        )
        self._registrants = ZoomRegistrants(
            self._calls, domain=registrant_domain, link_origins=self._link_origins
        )
        self._rooms = ZoomRooms(self._calls)
        self._locks: tuple[Json, datetime] | None = None
        self._closing: set[str] = set()

    def checkup(self) -> ZoomCheckup:
        """A look at the same account, under the same sign-in and budget."""
        return ZoomCheckup(self._calls)

    async def create_meeting(self, clearance: Clearance, plan: MeetingPlan) -> MeetingHandle:
        """See `MeetingProvider.create_meeting`. The create itself is sent once, never repeated."""
        self._require_clear(clearance, plan)
        host, passcode = await self._prepare(plan.host_account)
        # The reads took time, and what was true at their start may be too old now.
        self._require_clear(clearance, plan)
        path = f"/users/{segment(plan.host_account)}/meetings"
        body = create_body(plan, passcode)
        try:
            made = await self._calls.once(CREATE, path, body, draws=(draw_for_write(host.host_id),))
        except ProviderGone as fault:
            raise _unknown_host() from fault
        # If we die here the meeting exists unrecorded; `find_meetings` finds it by its reference.
        return MeetingHandle(plan.host_account, read_id(made))

    async def read_meeting(self, handle: MeetingHandle) -> MeetingFacts:
        """See `MeetingProvider.read_meeting`. Once an end was asked for, reading it is for safety."""
        is_closing = handle.provider_id in self._closing
        try:
            found = await self._calls.read(READ, path_of(handle), for_safety=is_closing)
        except ProviderGone:
            self._closing.discard(handle.provider_id)
            raise
        return read_facts(found, handle)

    async def find_meetings(self, host_account: str, reference: str) -> tuple[MeetingHandle, ...]:
        """See `MeetingProvider.find_meetings`."""
        path = f"/users/{segment(host_account)}/meetings"
        try:
            rows = await self._calls.read_all(LIST, path, {"type": "scheduled"}, "meetings")
        except ProviderGone as fault:
            raise _unknown_host() from fault
        ids = {read_id(row): None for row in rows if carries(row, reference)}
        return tuple(MeetingHandle(host_account, provider_id) for provider_id in ids)

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """See `MeetingProvider.enrol`. Zoom takes three calls a day for the same door code."""
        return await self._registrants.enrol(handle, seat, door_code)

    async def revoke(self, handle: MeetingHandle, ways_in: Mapping[str, str]) -> None:
        """See `MeetingProvider.revoke`. Done only when Zoom's own list no longer shows them."""
        await self._registrants.revoke(handle, ways_in)

    async def host_start_link(self, handle: MeetingHandle) -> SecretStr:
        """See `MeetingProvider.host_start_link`."""
        meeting = await self._calls.read(READ, path_of(handle))
        return trusted_link(meeting.get("start_url"), self._link_origins)

    async def end_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.end_meeting`. `ProviderGone` if there is no such meeting."""
        self._closing.add(handle.provider_id)
        try:
            await self._calls.repeat(END, f"{path_of(handle)}/status", {"action": "end"})
        except ProviderRefused:
            # What Zoom answers for a meeting that is not running is not documented.
            if (await self.read_meeting(handle)).running:
                raise

    async def delete_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.delete_meeting`."""
        self._closing.add(handle.provider_id)
        try:
            await self._calls.repeat(DELETE, f"{path_of(handle)}?{_SILENTLY}")
        except ProviderGone:
            self._closing.discard(handle.provider_id)

    async def look_inside(self, handle: MeetingHandle) -> Inside:
        """See `MeetingProvider.look_inside`. Zoom tells all accounts whether a call runs, and those
        with a dashboard who is in it."""
        return await self._rooms.look_inside(handle)

    async def read_attendance(
        self, handle: MeetingHandle, occurrences: tuple[str, ...]
    ) -> Attendance | None:
        """See `MeetingProvider.read_attendance`. Zoom calls an occurrence `uuid`."""
        return await read_attendance(self._calls, handle, occurrences)

    # --- steps ------------------------------------------------------------------------------------

    def _require_clear(self, clearance: Clearance, plan: MeetingPlan) -> None:
        if not clearance.is_fresh_at(self._clock.now()):
            raise NotClear("The clearance is too old. Decide again.")
        session = clearance.case.session
        if plan.starts_at < session.starts_at or plan.ends_at > session.ends_at:
            raise NotClear("The meeting would reach outside the cleared time.")

    async def _prepare(self, host_account: str) -> tuple[Host, str]:
        """The host, and a passcode under its policy. Whatever cannot be read stops the create."""
        path = f"/users/{segment(host_account)}"
        try:
            locks = await self._account_locks()
            user, settings = await asyncio.gather(
                self._calls.read(READ_USER, path),
                self._calls.read(READ_SETTINGS, f"{path}/settings"),
            )
        except ProviderGone as fault:
            raise _unknown_host() from fault
        host = read_host(user)
        require_usable(host)
        require_unlocked(settings, locks)
        return host, generate_passcode(read_policy(settings), self._choose)

    async def _account_locks(self) -> Json:
        """What the administrators have locked; empty where our app may not look."""
        if not READ_LOCKS.is_granted(await self._calls.scopes()):
            return {}
        now = self._clock.now()
        if self._locks is not None and self._locks[1] > now:
            return self._locks[0]
        try:
            locks = await self._calls.read(READ_LOCKS, "/accounts/me/lock_settings")
        except ProviderRefused:
            locks = {}  # some accounts may not ask, whatever their scopes: the read-back must do
        self._locks = (locks, now + _LOCKS_HOLD_FOR)
        return locks


def _unknown_host() -> ProviderRefused:
    return ProviderRefused("Zoom does not know this host account.")
