"""Looks whether a Zoom account is set up as this service needs it; changes nothing.

https://developers.zoom.us/docs/api/users/ and https://developers.zoom.us/docs/api/accounts/
Topics of meetings are read but never told: people write names into them.
"""

from collections.abc import Iterable
from datetime import timedelta

from integrations.links import segment
from integrations.zoom.calls import ZoomCalls
from integrations.zoom.hosts import defeated_by_locks, read_host
from integrations.zoom.limits import (
    FOR_MEETINGS,
    FOR_REPORTS,
    LIST,
    READ_ACCOUNT,
    READ_LOCKS,
    READ_SETTINGS,
    READ_USER,
    Operation,
    missing_scopes,
)
from integrations.zoom.meetings import is_reference, when_over
from integrations.zoom.passcodes import read_policy
from integrations.zoom.protocol import Json
from integrations.zoom.wishes import SECURITY_WISHES, SETTINGS_WISHES, unmet
from service.errors import (
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
)
from service.ports import Checkup, Complaint, Weight

_ONE_PERSON = "show_one_user_meeting_on_dashboard"
_RECURRING = (3, 8)
_PERSONAL = 4
# A meeting may overrun its planned length; one that is over for this long is history.
_OVERRUN = timedelta(hours=1)


class ZoomCheckup(Checkup):
    """See `Checkup`. What cannot be looked at is itself a complaint, never taken for good."""

    def __init__(self, calls: ZoomCalls) -> None:
        self._calls = calls

    async def check(self, accounts: tuple[str, ...]) -> tuple[Complaint, ...]:
        """See `Checkup.check`."""
        try:
            scopes = await self._calls.scopes()
        except ProviderError as fault:
            return (_no_sign_in(fault),)
        found = [*_scope_complaints(scopes), *await self._of_account(scopes)]
        host_ids: dict[str, str] = {}
        for account in accounts:
            found += await self._of_host(account, host_ids)
        return tuple(found)

    # --- the account ------------------------------------------------------------------------------

    async def _of_account(self, scopes: frozenset[str]) -> list[Complaint]:
        """What is set for all at once, as far as our app may see it."""
        if not READ_ACCOUNT.is_granted(scopes):
            return [_LONE_CALLS_UNSEEN]
        try:
            settings = await self._calls.read(READ_ACCOUNT, "/accounts/me/settings")
        except ProviderError:
            return [_LONE_CALLS_UNSEEN]
        options = settings.get("other_options")
        shown = options.get(_ONE_PERSON) if isinstance(options, dict) else None
        if shown is None:
            return [_LONE_CALLS_UNSEEN]
        return [] if shown is True else [_LONE_CALLS_HIDDEN]

    # --- each host --------------------------------------------------------------------------------

    async def _of_host(self, account: str, host_ids: dict[str, str]) -> list[Complaint]:
        path = f"/users/{segment(account)}"
        try:
            user = await self._calls.read(READ_USER, path)
        except ProviderGone:
            return [_about(account, "host_unknown", "does not exist in Zoom. Create it.")]
        except ProviderError as fault:
            return [_unseen(account, "The account", fault)]
        host = read_host(user)
        found = [*_licence(account, host.is_active, host.is_licensed)]
        other = host_ids.setdefault(host.host_id, account)
        if other != account:
            text = f"is the same Zoom user as {other}. Name each account once."
            found.append(_about(account, "host_twice", text))
        found += await self._of_settings(account, path)
        return found + await self._of_meetings(account, path)

    async def _of_settings(self, account: str, path: str) -> list[Complaint]:
        try:
            settings = await self._calls.read(READ_SETTINGS, f"{path}/settings")
            security = await self._calls.read(
                READ_SETTINGS, f"{path}/settings?option=meeting_security"
            )
        except ProviderError as fault:
            return [_unseen(account, "Its settings", fault)]
        found = _passcodes(account, {**security, **settings})
        found += [
            _about(account, code, sentence, weight)
            for wishes, held in ((SETTINGS_WISHES, settings), (SECURITY_WISHES, security))
            for code, sentence, weight in unmet(wishes, held)
        ]
        return found + await self._of_locks(account, settings)

    async def _of_locks(self, account: str, settings: Json) -> list[Complaint]:
        if not READ_LOCKS.is_granted(await self._calls.scopes()):
            return []
        try:
            locks = await self._calls.read(READ_LOCKS, "/accounts/me/lock_settings")
        except ProviderError as fault:
            return [_unseen(account, "What is locked", fault)]
        return [
            _about(account, "locked", f"cannot hold protected meetings. {sentence} Unlock it.")
            for sentence in defeated_by_locks(settings, locks)
        ]

    async def _of_meetings(self, account: str, path: str) -> list[Complaint]:
        """Meetings on the account that this service did not make: someone else uses it."""
        try:
            listed = await self._list(path, "scheduled")
            running = await self._list(path, "live")
        except ProviderError as fault:
            return [_unseen(account, "Its meetings", fault)]
        now = self._calls.now()
        strange = [row for row in listed if not is_reference(row.get("topic"))]
        ahead = [row for row in strange if when_over(row, default=now) >= now - _OVERRUN]
        on_now = [row for row in running if not is_reference(row.get("topic"))]
        groups = {
            "recurring": [row for row in listed if row.get("type") in _RECURRING],
            "personal_room": [row for row in [*listed, *running] if _is_personal(row)],
            "foreign": ahead,
            "foreign_running": on_now,
        }
        # A series has a row for each of its occasions, all under one number.
        counts = {name: len({row.get("id") for row in rows}) for name, rows in groups.items()}
        return [
            _about(account, f"meetings_{name}", _STRAY[name].format(count=count), Weight.LOOK)
            for name, count in counts.items()
            if count
        ]

    async def _list(self, path: str, kind: str) -> list[Json]:
        return await self._calls.read_all(LIST, f"{path}/meetings", {"type": kind}, "meetings")


_STRAY = {
    "recurring": "has {count} recurring meeting(s), whose links outlive any lesson. Delete them.",
    "personal_room": "has {count} meeting(s) in its personal room, whose link never changes. Delete them.",
    "foreign": "has {count} coming meeting(s) that this service did not make. Move them elsewhere: "
    "whoever made them uses the account by hand, and Zoom ends one meeting when the other starts.",
    "foreign_running": "has {count} running meeting(s) that this service did not make. Find out "
    "who is in there.",
}

_LONE_CALLS_HIDDEN = Complaint(
    "zoom_lone_calls_hidden",
    "Zoom leaves calls of one person out of its reports. In Zoom's account settings, turn on the "
    'setting "Show one person meetings on Dashboard and Reports".',
    Weight.LOOK,
)
_LONE_CALLS_UNSEEN = Complaint(
    "zoom_lone_calls_unseen",
    "We may not see whether Zoom's reports leave out calls of one person. Look in Zoom's account "
    'settings for "Show one person meetings on Dashboard and Reports", and turn it on.',
    Weight.LOOK,
)


def _no_sign_in(fault: ProviderError) -> Complaint:
    if isinstance(fault, ProviderRefused):
        text = f"{fault.sentence} Check the three values in the settings, and that it is activated."
        return Complaint("zoom_sign_in", text, Weight.STOPS)
    text = f"We could not sign in to Zoom to look: {fault.sentence} Try again later."
    return Complaint("zoom_not_reached", text, Weight.STOPS)


def _scope_complaints(scopes: frozenset[str]) -> Iterable[Complaint]:
    def lacking(operations: tuple[Operation, ...], what: str, weight: Weight) -> list[Complaint]:
        return [
            Complaint(
                "zoom_scope_missing",
                f"The Zoom app lacks the scope {scope}: {what}. Add it in the app's scopes.",
                weight,
            )
            for scope in missing_scopes(scopes, operations)
        ]

    yield from lacking(FOR_MEETINGS, "meetings cannot be made or ended safely", Weight.STOPS)
    yield from lacking(FOR_REPORTS, "reports of attendance cannot be read", Weight.WRONG)


def _licence(account: str, is_active: bool, is_licensed: bool) -> Iterable[Complaint]:
    if not is_active:
        yield _about(account, "host_inactive", "is not active. Activate it in Zoom.")
    if not is_licensed:
        yield _about(
            *(account, "host_unlicensed"),
            "has no licence: Zoom would cut the room after 40 minutes and give no personal links.",
        )


def _passcodes(account: str, settings: Json) -> list[Complaint]:
    try:
        read_policy(settings)
    except ProviderRefused as refusal:
        text = f"can hold no meeting with a passcode. {refusal.sentence}"
        return [_about(account, "passcode_policy", text)]
    return []


def _is_personal(row: Json) -> bool:
    """Whether a meeting is held in the host's personal room: it has the room's own number."""
    pmi = row.get("pmi")
    return row.get("type") == _PERSONAL or (bool(pmi) and str(pmi) == str(row.get("id")))


def _about(account: str, code: str, text: str, weight: Weight = Weight.STOPS) -> Complaint:
    return Complaint(f"zoom_{code}", f"{account} {text}", weight)


def _unseen(account: str, what: str, fault: ProviderError) -> Complaint:
    again = " Try again later." if isinstance(fault, ProviderUnavailable) else ""
    text = f"could not be checked. {what} could not be read: {fault.sentence}{again}"
    return _about(account, "not_checked", text, Weight.WRONG)
