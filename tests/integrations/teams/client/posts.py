"""What Graph posts, made by hand, and a reader that can look nothing up."""

import json
from typing import Any

import aiohttp
from pydantic import SecretStr
from tenacity import wait_none

from integrations.http import Limits
from integrations.teams.calls import TeamsCalls
from integrations.teams.client_state import ClientStates
from integrations.teams.credentials import ClientSecret
from integrations.teams.signals import TeamsSignals
from integrations.teams.tokens import TeamsTokens
from service.ports import Heard, Posted
from tests.builders import NOW
from tests.clock import HeldClock
from tests.integrations.teams.client.keys import encryption_key, seal
from tests.integrations.teams.client.parts import CLIENT, REFERENCE, STATE_KEY, TENANT, posted
from tests.integrations.teams.client.publisher import token
from tests.integrations.teams.client.test_events import event

STATES = ClientStates(STATE_KEY)
FORGED_STATE = ClientStates(b"another-key-of-32-bytes-and-more").of(REFERENCE)
STARTED = event("callStarted")
NOWHERE = "http://127.0.0.1:1"


def source_of(session: aiohttp.ClientSession, login_url: str, *keys: str) -> TeamsSignals:
    """Our reader; Graph itself is out of reach, so that nothing can be looked up."""
    limits = Limits(total_for=0.3, connect_for=0.3, attempts=1, pause=wait_none())
    tokens = TeamsTokens(
        session,
        tenant_id=TENANT,
        client_id=CLIENT,
        credential=ClientSecret(SecretStr("x")),
        clock=HeldClock(NOW),
        login_url=NOWHERE,
        limits=limits,
    )
    calls = TeamsCalls(session, tokens, clock=HeldClock(NOW), graph_url=NOWHERE, limits=limits)
    return TeamsSignals(
        session,
        calls,
        tenant_id=TENANT,
        client_id=CLIENT,
        client_state_key=STATE_KEY,
        certificates=tuple(encryption_key(name) for name in keys or ("key-1", "key-0")),
        login_url=login_url,
    )


def item(content: object = STARTED, **changes: object) -> dict[str, Any]:
    return {
        "subscriptionId": "s1",
        "clientState": STATES.of(REFERENCE),
        "changeType": "updated",
        "tenantId": TENANT,
        "resource": "communications/onlineMeetings(joinWebUrl='x')/meetingCallEvents",
        "encryptedContent": seal(json.dumps(content).encode()),
        **changes,
    }


def lifecycle(word: str, reference: str = REFERENCE, **changes: object) -> dict[str, Any]:
    return {
        "subscriptionId": "s1",
        "clientState": STATES.of(reference),
        "tenantId": TENANT,
        "lifecycleEvent": word,
        **changes,
    }


def post(*items: dict[str, Any], tokens: list[Any] | None = None) -> Posted:
    listed = [token()] if tokens is None else tokens
    return posted({"value": list(items), "validationTokens": listed})


async def hear(source: TeamsSignals, given: Posted) -> Heard:
    found = await source.read(given, NOW)
    assert isinstance(found, Heard)
    return found
