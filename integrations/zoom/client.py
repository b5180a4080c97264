"""`MeetingProvider` on Zoom's REST API.

https://developers.zoom.us/docs/api/meetings/
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping

import aiohttp
from pydantic import SecretStr

from integrations.http import Limits
from integrations.zoom.calls import Credentials, ZoomCalls
from integrations.zoom.links import ZOOM_LINKS, segment, trusted_link
from integrations.zoom.meetings import (
    carries,
    create_body,
    read_facts,
    read_id,
    registrant_address,
    registrant_body,
)
from integrations.zoom.passcodes import Choose, generate_passcode, read_policy
from integrations.zoom.protocol import Json, missing_scopes
from service.errors import (
    NotClear,
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.policy.clearance import Clearance
from service.ports import (
    Clock,
    MeetingFacts,
    MeetingHandle,
    MeetingPlan,
    MeetingProvider,
    Seat,
    WayIn,
)

_LICENSED = 2
_MOST_REGISTRANTS_AT_ONCE = 30
# Neither host nor registrants get a mail from Zoom about a deletion (POL-22, POL-24).
_SILENTLY = "schedule_for_reminder=false&cancel_meeting_reminder=false"


class ZoomClient(MeetingProvider):
    """Makes, reads and unmakes protected meetings on one Zoom account."""

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
    ) -> None:
        self._clock = clock
        self._link_origins = tuple(link_origins)
        self._registrant_domain = registrant_domain
        self._choose = choose
        self._calls = ZoomCalls(
            session,
            base_url=base_url,
            credentials=Credentials(account_id, client_id, client_secret, token_url),
            clock=clock,
            limits=limits or Limits(),
        )

    async def check(self) -> tuple[str, ...]:
        """What is wrong with our access, in plain words; empty when all needed is granted."""
        try:
            token = await self._calls.token()
        except ProviderError as fault:
            return (fault.sentence,)
        return tuple(
            f"The Zoom app lacks the scope {scope}." for scope in missing_scopes(token.scopes)
        )

    async def create_meeting(self, clearance: Clearance, plan: MeetingPlan) -> MeetingHandle:
        """See `MeetingProvider.create_meeting`. The create itself is sent once, never repeated."""
        self._require_clear(clearance, plan)
        passcode = await self._passcode_for(plan.host_account)
        # The reads took time, and what was true at their start may be too old now.
        self._require_clear(clearance, plan)
        path = f"/users/{segment(plan.host_account)}/meetings"
        try:
            made = await self._calls.once("POST", path, create_body(plan, passcode))
        except ProviderGone as fault:
            raise ProviderRefused("Zoom does not know this host account.") from fault
        # If we die here the meeting exists unrecorded; `find_meetings` finds it by its reference.
        return MeetingHandle(plan.host_account, read_id(made))

    async def read_meeting(self, handle: MeetingHandle) -> MeetingFacts:
        """See `MeetingProvider.read_meeting`."""
        return read_facts(await self._calls.read(_path(handle)), handle)

    async def find_meetings(self, host_account: str, reference: str) -> tuple[MeetingHandle, ...]:
        """See `MeetingProvider.find_meetings`."""
        path = f"/users/{segment(host_account)}/meetings"
        try:
            rows = await self._calls.read_all(path, {"type": "scheduled"}, "meetings")
        except ProviderGone as fault:
            raise ProviderRefused("Zoom does not know this host account.") from fault
        ids = {read_id(row): None for row in rows if carries(row, reference)}
        return tuple(MeetingHandle(host_account, provider_id) for provider_id in ids)

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """See `MeetingProvider.enrol`. Zoom takes three calls a day for the same door code."""
        address = registrant_address(handle, door_code, self._registrant_domain)
        body = registrant_body(seat, door_code, address)
        try:
            made = await self._calls.once("POST", f"{_path(handle)}/registrants", body)
        except ProviderUnsure:
            # It may have been made: the approved list knows, and a repeat finds the same holder.
            made = {}
        if not made.get("registrant_id") or not made.get("join_url"):
            made = await self._approved(handle, address)
        url = trusted_link(made.get("join_url"), self._link_origins)
        return WayIn(door_code, str(made.get("registrant_id") or made.get("id")), url)

    async def revoke(self, handle: MeetingHandle, ways_in: Mapping[str, str]) -> None:
        """See `MeetingProvider.revoke`. Done only when Zoom's own list no longer shows them."""
        doomed = [
            {"id": registrant_id, "email": self._address(handle, door_code)}
            for door_code, registrant_id in ways_in.items()
        ]
        if not doomed:
            return
        try:
            await self._cancel(handle, doomed)
            left = await self._still_approved(handle, doomed)
            if left:
                # A second registrant under one of our addresses is a second way in.
                await self._cancel(handle, left)
                left = await self._still_approved(handle, doomed)
        except ProviderGone:
            return
        if left:
            raise ProviderUnsure("Zoom still lists a way in that we revoked.")

    async def host_start_link(self, handle: MeetingHandle) -> SecretStr:
        """See `MeetingProvider.host_start_link`."""
        meeting = await self._calls.read(_path(handle))
        return trusted_link(meeting.get("start_url"), self._link_origins)

    async def end_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.end_meeting`. `ProviderGone` if there is no such meeting."""
        try:
            await self._calls.repeat("PUT", f"{_path(handle)}/status", {"action": "end"})
        except ProviderRefused:
            # What Zoom answers for a meeting that is not running is not documented.
            if (await self.read_meeting(handle)).running:
                raise

    async def delete_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.delete_meeting`."""
        try:
            await self._calls.repeat("DELETE", f"{_path(handle)}?{_SILENTLY}")
        except ProviderGone:
            return

    # --- steps ------------------------------------------------------------------------------------

    def _require_clear(self, clearance: Clearance, plan: MeetingPlan) -> None:
        if not clearance.is_fresh_at(self._clock.now()):
            raise NotClear("The clearance is too old. Decide again.")
        session = clearance.case.session
        if plan.starts_at < session.starts_at or plan.ends_at > session.ends_at:
            raise NotClear("The meeting would reach outside the cleared time.")

    async def _passcode_for(self, host_account: str) -> str:
        """A passcode under the host's policy. Whatever cannot be read stops the create."""
        path = f"/users/{segment(host_account)}"
        try:
            host, settings = await asyncio.gather(
                self._calls.read(path), self._calls.read(f"{path}/settings")
            )
        except ProviderGone as fault:
            raise ProviderRefused("Zoom does not know this host account.") from fault
        if host.get("status") != "active" or host.get("type") != _LICENSED:
            # A Basic host cuts the room after 40 minutes and has no registration.
            raise ProviderRefused("The host account is not active and licensed.")
        return generate_passcode(read_policy(settings), self._choose)

    async def _approved(self, handle: MeetingHandle, address: str) -> Json:
        for row in await self._listed_after_a_change(handle):
            if str(row.get("email", "")).lower() == address:
                return row
        raise ProviderUnsure("Zoom does not list the way in yet.")

    async def _cancel(self, handle: MeetingHandle, doomed: list[Json]) -> None:
        for first in range(0, len(doomed), _MOST_REGISTRANTS_AT_ONCE):
            batch = doomed[first : first + _MOST_REGISTRANTS_AT_ONCE]
            body = {"action": "cancel", "registrants": batch}
            try:
                await self._calls.repeat("PUT", f"{_path(handle)}/registrants/status", body)
            except ProviderRefused:
                # One unknown id may refuse a whole batch; the list read next says what stands.
                continue

    async def _still_approved(self, handle: MeetingHandle, doomed: list[Json]) -> list[Json]:
        ids = {row["id"] for row in doomed}
        addresses = {row["email"] for row in doomed}
        return [
            {"id": str(row.get("id")), "email": str(row.get("email"))}
            for row in await self._listed_after_a_change(handle)
            if str(row.get("id")) in ids or str(row.get("email", "")).lower() in addresses
        ]

    async def _listed_after_a_change(self, handle: MeetingHandle) -> list[Json]:
        """Who is approved. Failing to look leaves the change before it unproven, not undone."""
        path = f"{_path(handle)}/registrants"
        try:
            return await self._calls.read_all(path, {"status": "approved"}, "registrants")
        except (ProviderUnavailable, ProviderBusy) as fault:
            raise ProviderUnsure("Zoom's list of ways in could not be read.") from fault

    def _address(self, handle: MeetingHandle, door_code: str) -> str:
        return registrant_address(handle, door_code, self._registrant_domain)


def _path(handle: MeetingHandle) -> str:
    return f"/meetings/{segment(handle.provider_id)}"
