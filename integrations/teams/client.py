"""`MeetingProvider` on Microsoft Teams, through Microsoft Graph.

https://learn.microsoft.com/graph/api/resources/onlinemeeting
Teams cannot end a call, list meetings or give links to persons; `abilities` says so.
"""

from collections.abc import Iterable, Mapping

import aiohttp
from pydantic import SecretStr

from integrations.http import Limits
from integrations.links import segment, trusted_link
from integrations.teams.attendance import read_records
from integrations.teams.calls import TeamsCalls
from integrations.teams.credentials import ClientCertificate, ClientSecret
from integrations.teams.limits import draws_for_meeting
from integrations.teams.meetings import (
    PRESENTER,
    Chat,
    compare,
    create_body,
    is_tight,
    oid_in_role,
    read_facts,
    read_id,
    swaps_people,
    tight_body,
)
from integrations.teams.reading import Json, rows, text
from integrations.teams.tokens import TeamsTokens
from service.errors import (
    NotClear,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnsure,
)
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

_UNKNOWN_HOST = "Teams does not know this host account. Give the object id of an account in use."
TEAMS_LINKS = ("https://teams.microsoft.com",)


class TeamsClient(MeetingProvider):
    """Makes, reads and unmakes protected meetings in one Microsoft 365 tenant.

    A host account is the object id of the organiser, as Graph demands. `calls` are the signed-in
    calls, to be shared with whatever else speaks to the same tenant.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        tenant_id: str,
        client_id: str,
        credential: ClientSecret | ClientCertificate,
        clock: Clock,
        graph_url: str = "https://graph.microsoft.com",
        login_url: str = "https://login.microsoftonline.com",
        link_origins: Iterable[str] = TEAMS_LINKS,
        limits: Limits | None = None,
        budget: Budget | None = None,
        chat: Chat = "disabled",
    ) -> None:
        self._tenant_id = tenant_id
        self._clock = clock
        self._link_origins = tuple(link_origins)
        self._budget = budget or NoBudget()
        self._chat: Chat = chat
        self.tokens = TeamsTokens(
            session,
            tenant_id=tenant_id,
            client_id=client_id,
            credential=credential,
            clock=clock,
            login_url=login_url,
            limits=limits,
        )
        self.calls = TeamsCalls(
            session, self.tokens, clock=clock, graph_url=graph_url, limits=limits
        )

    @property
    def abilities(self) -> Abilities:
        """See `MeetingProvider.abilities`."""
        return Abilities(ends_calls=False, finds_by_reference=False, personal_links=False)

    async def create_meeting(self, clearance: Clearance, plan: MeetingPlan) -> MeetingHandle:
        """See `MeetingProvider.create_meeting`. The create itself is sent once, never repeated.

        A meeting that comes back weaker than asked is removed at once: `ProviderRefused`.
        """
        self._require_clear(clearance, plan)
        await self._budget.spend(draws_for_meeting(plan.host_account), for_safety=False)
        await self.tokens.token()
        # Both took time, and what was true at their start may be too old now.
        self._require_clear(clearance, plan)
        path = f"/v1.0/users/{segment(plan.host_account)}/onlineMeetings"
        try:
            made = await self.calls.once("POST", path, create_body(plan, self._chat))
        except ProviderGone as fault:
            raise ProviderRefused(_UNKNOWN_HOST) from fault
        # If we die here the meeting exists unrecorded. Nobody ever held its link; it expires.
        handle = MeetingHandle(plan.host_account, read_id(made))
        await self._require_as_asked(made, plan, handle)
        return handle

    async def read_meeting(self, handle: MeetingHandle) -> MeetingFacts:
        """See `MeetingProvider.read_meeting`. Whether a call runs is not told: `running` is False."""
        return read_facts(await self.calls.read(_path(handle)), handle, self._chat)

    async def find_meetings(self, host_account: str, reference: str) -> tuple[MeetingHandle, ...]:
        """See `MeetingProvider.find_meetings`. Graph has no list of meetings: always empty."""
        return ()

    async def enrol(self, handle: MeetingHandle, seat: Seat, door_code: str) -> WayIn:
        """See `MeetingProvider.enrol`. All share one link; the lobby and the code keep people apart.

        The tutor is known by their account, a household by the door code that it types as its name.
        """
        meeting = await self.calls.read(_path(handle))
        url = trusted_link(meeting.get("joinWebUrl"), self._link_origins)
        if seat is Seat.HOUSEHOLD:
            return WayIn(door_code, door_code, url)
        tutor = oid_in_role(meeting, PRESENTER)
        if not tutor:
            raise ProviderRefused("Teams does not name one account as the tutor's.")
        return WayIn(door_code, tutor, url)

    async def revoke(self, handle: MeetingHandle, ways_in: Mapping[str, str]) -> None:
        """See `MeetingProvider.revoke`. Nothing to take back: the link is the same for all."""

    async def host_start_link(self, handle: MeetingHandle) -> SecretStr:
        """See `MeetingProvider.host_start_link`. It gives power to second staff's own account only."""
        meeting = await self.calls.read(_path(handle))
        return trusted_link(meeting.get("joinWebUrl"), self._link_origins)

    async def end_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.end_meeting`. Teams ends no call from outside: the room is tightened.

        Those inside stay inside until people end the call (pitfall 54), in the roles it began with.
        The next call finds no second staff: nobody passes the lobby any more. `ProviderUnsure` if
        Teams accepts the change and does not show it.
        """
        changed = await self.calls.repeat("PATCH", _path(handle), tight_body())
        if not is_tight(changed):
            raise ProviderUnsure("Teams does not show the room as shut.")

    async def delete_meeting(self, handle: MeetingHandle) -> None:
        """See `MeetingProvider.delete_meeting`. Tightened first, and never deleted untightened.

        The link outlives the deletion: people can still open it, and then the meeting is back
        (https://github.com/microsoftgraph/microsoft-graph-docs/issues/17590). Once no call runs, what
        they find is a lobby that only the organiser passes, an account that nobody signs into.
        """
        try:
            await self.end_meeting(handle)
            await self.calls.repeat("DELETE", _path(handle))
        except ProviderGone:
            return

    async def look_inside(self, handle: MeetingHandle) -> Inside:
        """See `MeetingProvider.look_inside`. Graph has no call that shows a room, so none is made.

        What it does tell of a running call it tells only by itself (`TeamsWatcher`).
        """
        return Inside(running=None, people=None)

    async def read_attendance(
        self, handle: MeetingHandle, occurrences: tuple[str, ...]
    ) -> Attendance | None:
        """See `MeetingProvider.read_attendance`. All of Teams' reports, at most the newest fifty.

        Reports bear no name of ours, so `occurrences` narrow nothing.
        """
        path = f"{_path(handle)}/attendanceReports"
        try:
            ids = [text(report, "id") for report in await self.calls.read_all(path)]
            reports = [await self._records(f"{path}/{segment(one)}") for one in ids if one]
        except ProviderGone:
            return None
        return read_records((row for report in reports for row in report), self._tenant_id)

    # --- steps ------------------------------------------------------------------------------------

    def _require_clear(self, clearance: Clearance, plan: MeetingPlan) -> None:
        if not clearance.is_fresh_at(self._clock.now()):
            raise NotClear("The clearance is too old. Decide again.")
        session = clearance.case.session
        if plan.starts_at < session.starts_at or plan.ends_at > session.ends_at:
            raise NotClear("The meeting would reach outside the cleared time.")
        tutor = plan.tutor_account.get_secret_value().casefold()
        second = plan.second_staff_account.get_secret_value().casefold()
        if not tutor or not second or tutor == second:
            raise NotClear("Teams needs the accounts of two different members of staff.")

    async def _require_as_asked(self, made: Json, plan: MeetingPlan, handle: MeetingHandle) -> None:
        """Remove what Teams made otherwise than asked, and refuse.

        If it cannot be removed: a weakness that `read_meeting` will show again is left to the
        workflow, which knows the id then, closes the meeting and does not stop before it is gone; to
        refuse would leave nobody who knows of it. Other people in the roles show in no later
        reading, so that a handle could end in a release: `ProviderUnsure` leaves an orphan instead,
        whose link nobody holds.
        """
        swapped = swaps_people(made, plan)
        if not swapped and not compare(made, self._chat):
            return
        try:
            await self.delete_meeting(handle)
        except ProviderError as fault:
            if swapped:
                raise ProviderUnsure from fault
            return
        raise ProviderRefused(
            "Teams made the meeting less safe than asked, and it was removed. A Teams administrator"
            " must look at the meeting policies of the host account."
        )

    async def _records(self, path: str) -> list[Json]:
        report = await self.calls.read(f"{path}?%24expand=attendanceRecords")
        further = await self.calls.read_on(report.get("attendanceRecords@odata.nextLink"))
        return rows(report, "attendanceRecords") + further


def _path(handle: MeetingHandle) -> str:
    host, meeting = segment(handle.host_account), segment(handle.provider_id)
    return f"/v1.0/users/{host}/onlineMeetings/{meeting}"
