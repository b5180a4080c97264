"""Personal ways into a meeting: one registrant each, known by a door code alone.

https://developers.zoom.us/docs/api/meetings/ (meeting registrants)
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from integrations.links import trusted_link
from integrations.zoom.calls import ZoomCalls
from integrations.zoom.limits import CANCEL_REGISTRANTS, LIST_REGISTRANTS, REGISTER
from integrations.zoom.meetings import path_of
from integrations.zoom.protocol import Json
from service.errors import (
    ProviderBusy,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.ports import MeetingHandle, Seat, WayIn

_MOST_AT_ONCE = 30


class ZoomRegistrants:
    """Makes and takes back ways in."""

    def __init__(self, calls: ZoomCalls, *, domain: str, link_origins: Iterable[str]) -> None:
        self._calls = calls
        self._domain = domain
        self._link_origins = tuple(link_origins)

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """See `MeetingProvider.enrol`. Zoom takes three calls a day for the same door code."""
        address = registrant_address(handle, door_code, self._domain)
        body = registrant_body(seat, door_code, address)
        try:
            made = await self._calls.once(REGISTER, f"{path_of(handle)}/registrants", body)
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
            {"id": registrant_id, "email": registrant_address(handle, door_code, self._domain)}
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

    async def _approved(self, handle: MeetingHandle, address: str) -> Json:
        for row in await self._listed_after_a_change(handle, for_safety=False):
            if str(row.get("email", "")).lower() == address:
                return row
        raise ProviderUnsure("Zoom does not list the way in yet.")

    async def _cancel(self, handle: MeetingHandle, doomed: list[Json]) -> None:
        path = f"{path_of(handle)}/registrants/status"
        for first in range(0, len(doomed), _MOST_AT_ONCE):
            body = {"action": "cancel", "registrants": doomed[first : first + _MOST_AT_ONCE]}
            try:
                await self._calls.repeat(CANCEL_REGISTRANTS, path, body)
            except ProviderRefused:
                # One unknown id may refuse a whole batch; the list read next says what stands.
                continue

    async def _still_approved(self, handle: MeetingHandle, doomed: list[Json]) -> list[Json]:
        ids = {row["id"] for row in doomed}
        addresses = {row["email"] for row in doomed}
        return [
            {"id": str(row.get("id")), "email": str(row.get("email"))}
            for row in await self._listed_after_a_change(handle, for_safety=True)
            if str(row.get("id")) in ids or str(row.get("email", "")).lower() in addresses
        ]

    async def _listed_after_a_change(
        self, handle: MeetingHandle, *, for_safety: bool
    ) -> list[Json]:
        """Who is approved. Failing to look leaves the change before it unproven, not undone."""
        path, query = f"{path_of(handle)}/registrants", {"status": "approved"}
        try:
            return await self._calls.read_all(
                LIST_REGISTRANTS, path, query, "registrants", for_safety=for_safety
            )
        except (ProviderUnavailable, ProviderBusy) as fault:
            raise ProviderUnsure("Zoom's list of ways in could not be read.") from fault


# --- what Zoom is told ------------------------------------------------------------------------------


def registrant_address(handle: MeetingHandle, door_code: str, domain: str) -> str:
    """The address by which Zoom knows a way in: the same each time, and nobody's mailbox.

    Zoom matches a repeated address to the same registrant. It says nothing about the person, and
    differs between meetings.
    """
    digest = sha256(f"{handle.provider_id}:{door_code}".encode()).hexdigest()
    return f"{digest[:24]}@{domain}"


def registrant_body(seat: Seat, door_code: str, address: str) -> Json:
    """A registrant named by role and door code alone (POL-07), approved by us at once."""
    return {
        "email": address,
        "first_name": seat.value.capitalize(),
        "last_name": door_code,
        "auto_approve": True,
    }
