"""`SignalSource` for Microsoft Graph's change notifications.

https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime

import aiohttp

from integrations.teams.call_records import read_call
from integrations.teams.calls import TeamsCalls
from integrations.teams.client_state import ClientStates
from integrations.teams.events import NotUnderstood, read_event
from integrations.teams.notifications import Item, answer_to, read_notice, read_post
from integrations.teams.reading import part
from integrations.teams.sealed import EncryptionKey, NotSealedForUs, Seals, UnknownCertificate
from integrations.teams.validation import ValidationTokens
from service.errors import NotReady, NotSignedIn, ProviderError
from service.ports import (
    Challenge,
    Heard,
    Posted,
    Signal,
    SignalSource,
    WatchNews,
    WatchNotice,
)

logger = logging.getLogger(__name__)

LOOK_UP_WITHIN_SECONDS = 2.0
"""Graph slows down for hooks that take longer than three seconds."""


class TeamsSignals(SignalSource):
    """Reads what Graph posts. `calls` look up call records, which come without their content.

    The keys of `certificates` open what is sealed, the current one and earlier ones alike.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        calls: TeamsCalls,
        *,
        tenant_id: str,
        client_id: str,
        client_state_key: bytes,
        certificates: tuple[EncryptionKey, ...],
        login_url: str = "https://login.microsoftonline.com",
    ) -> None:
        self._calls = calls
        self._tenant_id = tenant_id
        self._states = ClientStates(client_state_key)
        self._seals = Seals(certificates)
        self._tokens = ValidationTokens(
            session, tenant_id=tenant_id, client_id=client_id, login_url=login_url
        )

    async def read(self, posted: Posted, now: datetime) -> Heard | Challenge:
        """See `SignalSource.read`.

        What is genuine and yet cannot be read is told as missed signals, never passed over. Calls
        that cannot be looked up now are sent again, and keep nothing else back.
        """
        token = posted.query.get("validationToken")
        if token is not None:
            return answer_to(token)
        items, tokens = read_post(posted.body, self._states, self._tenant_id)
        plain = [item for item in items if not item.is_sealed]
        sealed = [item for item in items if item.is_sealed]
        heard = [_notices(item) for item in plain]
        if sealed and await self._tokens.are_genuine(tokens, now):
            heard += [told for item in sealed if (told := self._open(item)) is not None]
        if not heard:
            raise NotSignedIn("Nothing in this notification is genuine.")
        records = {item.record_id: None for item in plain if item.record_id}
        heard += await asyncio.gather(*map(self._look_up, records))
        return _worth_keeping(_together(heard))

    def _open(self, item: Item) -> Heard | None:
        """What a sealed item says; None if the seal is not Graph's."""
        try:
            plain = self._seals.open(part(item.content, "encryptedContent"))
            return Heard(read_event(plain, item.reference, self._tenant_id))
        except NotSealedForUs:
            logger.warning("teams notification left out: seal_broken")
            return None
        except UnknownCertificate:
            logger.warning("teams notification not read: unknown_certificate")
        except NotUnderstood:
            logger.warning("teams notification not read: not_understood")
        return Heard(notices=(WatchNotice(item.reference, WatchNews.MISSED),))

    async def _look_up(self, record_id: str) -> Heard:
        """A call that is over; to be sent again if Graph does not tell of it now."""
        try:
            async with asyncio.timeout(LOOK_UP_WITHIN_SECONDS):
                return Heard(await read_call(self._calls, record_id))
        except (ProviderError, TimeoutError) as fault:
            logger.warning("teams call record not read: %s", type(fault).__name__)
            return Heard(again=True)


def _notices(item: Item) -> Heard:
    notice = read_notice(item) if item.is_lifecycle else None
    return Heard(notices=(notice,) if notice is not None else ())


def _together(parts: Iterable[Heard]) -> Heard:
    signals: list[Signal] = []
    notices: dict[WatchNotice, None] = {}
    again = False
    for heard in parts:
        signals += heard.signals
        notices |= dict.fromkeys(heard.notices)
        again |= heard.again
    return Heard(tuple(signals), tuple(notices), again)


def _worth_keeping(heard: Heard) -> Heard:
    if heard.again and not heard.signals and not heard.notices:
        raise NotReady("Microsoft does not answer now. Send it again.")
    return heard
