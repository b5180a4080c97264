"""`CallWatcher` on Graph's subscriptions.

https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
Events come only for calls that start after the watch is there, so it is asked for at opening.
"""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote, unquote

from integrations.links import segment
from integrations.teams.calls import Signed, TeamsCalls
from integrations.teams.client_state import ClientStates
from integrations.teams.protocol import AlreadyThere
from integrations.teams.reading import Json, instant, text, utc_text
from integrations.teams.sealed import EncryptionKey
from service.errors import Misconfigured, ProviderGone, ProviderUnavailable, ProviderUnsure
from service.ports import CallWatcher, Clock, MeetingHandle, Watch

WATCHED_FOR = timedelta(minutes=4200)
"""One page allows 4,320 minutes, its own table 4,230: this is within both."""

# A watch falls silent when the token that it was last renewed under runs out, so that renewing it
# under one that is about to would help nobody
# (https://learn.microsoft.com/graph/change-notifications-lifecycle-events).
_TOKEN_LASTS = timedelta(minutes=50)

# Call events exist on beta alone; a watch made there is renewed there too.
_MEETINGS = "/beta/subscriptions"
_ACCOUNT = "/v1.0/subscriptions"
_ALL_CALLS = "communications/callRecords"


class TeamsWatcher(CallWatcher):
    """Asks Graph to tell our hook about calls, sealed for the first of `certificates`."""

    def __init__(
        self,
        calls: TeamsCalls,
        *,
        hook_url: str,
        client_state_key: bytes,
        certificates: tuple[EncryptionKey, ...],
        clock: Clock,
    ) -> None:
        if not certificates:
            raise Misconfigured("Teams notifications need a certificate to be sealed for.")
        self._calls = calls.under_lasting_tokens(_TOKEN_LASTS)
        self._hook_url = hook_url
        self._states = ClientStates(client_state_key)
        self._current = certificates[0]
        self._clock = clock

    async def watch_meeting(self, handle: MeetingHandle, reference: str) -> Watch:
        """See `CallWatcher.watch_meeting`. Safe to repeat: Graph allows one watch for a meeting."""
        path = f"/v1.0/users/{segment(handle.host_account)}/onlineMeetings"
        meeting = await self._calls.read(f"{path}/{segment(handle.provider_id)}")
        url = text(meeting, "joinWebUrl")
        if not url:
            raise ProviderUnavailable("Teams did not tell the meeting's link.")
        # The whole link is encoded, its own percent signs included.
        resource = (
            f"communications/onlineMeetings(joinWebUrl='{quote(url, safe='')}')/meetingCallEvents"
        )
        body = self._body(resource, "updated", reference) | self._seal()
        try:
            return await self._make(_MEETINGS, body)
        except AlreadyThere:
            return await self._take_over(_MEETINGS, body)

    async def renew(self, watch_id: str) -> Watch:
        """See `CallWatcher.renew`, for a meeting's watch. From now on sealed for the current key."""
        return await self._prolong(_MEETINGS, watch_id, self._seal())

    async def stop(self, watch_id: str) -> None:
        """See `CallWatcher.stop`."""
        try:
            await self._calls.repeat("DELETE", f"{_MEETINGS}/{segment(watch_id)}")
        except ProviderGone:
            return

    async def watch_account(self) -> Watch:
        """See `CallWatcher.watch_account`. It looks first: Graph would make a second one."""
        body = self._body(_ALL_CALLS, "created,updated", "")
        if await self._listed(_ACCOUNT, _ALL_CALLS):
            return await self._take_over(_ACCOUNT, body)
        return await self._make(_ACCOUNT, body)

    # --- steps ------------------------------------------------------------------------------------

    def _body(self, resource: str, change_type: str, reference: str) -> Json:
        return {
            "changeType": change_type,
            "resource": resource,
            "notificationUrl": self._hook_url,
            # Required for more than an hour, and cannot be added later.
            "lifecycleNotificationUrl": self._hook_url,
            "expirationDateTime": self._expiry(),
            "clientState": self._states.of(reference),
        }

    def _seal(self) -> Json:
        return {
            "includeResourceData": True,
            "encryptionCertificate": b64encode(self._current.certificate_der).decode(),
            "encryptionCertificateId": self._current.certificate_id,
        }

    def _expiry(self) -> str:
        return utc_text(self._clock.now() + WATCHED_FOR)

    async def _make(self, path: str, body: Json) -> Watch:
        # Graph refuses a second watch of a meeting, but not of the account.
        ask = self._calls.signed_repeat if path == _MEETINGS else self._calls.signed_once
        return _watch_of(await ask("POST", path, body))

    async def _prolong(self, path: str, watch_id: str, seal: Json) -> Watch:
        changes = {"expirationDateTime": self._expiry()} | seal
        changes.pop("includeResourceData", None)
        watch_path = f"{path}/{segment(watch_id)}"
        return _watch_of(await self._calls.signed_repeat("PATCH", watch_path, changes), watch_id)

    async def _take_over(self, path: str, body: Json) -> Watch:
        """Adopt the one watch that is ours to the last word; remove all others and make it anew.

        One with another client state could not be told from a forgery, and one that is sealed for
        another key might not be read.
        """
        standing = await self._listed(path, text(body, "resource"))
        for watch in standing:
            if len(standing) == 1 and _is_as_asked(watch, body):
                seal = self._seal() if "includeResourceData" in body else {}
                return await self._prolong(path, text(watch, "id"), seal)
            await self._remove(path, text(watch, "id"))
        if not standing and path == _MEETINGS:
            raise ProviderUnavailable("Microsoft does not list the watch that it says is there.")
        return await self._make(path, body)

    async def _remove(self, path: str, watch_id: str) -> None:
        try:
            await self._calls.repeat("DELETE", f"{path}/{segment(watch_id)}")
        except ProviderGone:
            return

    async def _listed(self, path: str, resource: str) -> list[Json]:
        wanted = _plain(resource)
        return [
            watch
            for watch in await self._calls.read_all(path)
            if _plain(text(watch, "resource")) == wanted and text(watch, "id")
        ]


def _watch_of(answer: Signed, known_id: str = "") -> Watch:
    """The watch of an answer. It speaks no longer than the token it was asked for under lives."""
    watch_id = text(answer.found, "id") or known_id
    expires_at = instant(answer.found, "expirationDateTime")
    if not watch_id or expires_at is None:
        raise ProviderUnsure
    return Watch(watch_id, min(expires_at, answer.token_ends_at))


def _is_as_asked(watch: Json, body: Json) -> bool:
    names = ("clientState", "notificationUrl", "encryptionCertificateId")
    return all(watch.get(name) == body.get(name) for name in names)


def _plain(resource: str) -> str:
    """A resource without its encoding, of which Graph may give back fewer layers than it got."""
    for _ in range(4):
        resource = unquote(resource)
    return resource.strip("/").casefold()
