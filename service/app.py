"""The composition root: puts the parts together, starts them, and takes them down again.

With `__main__` the only module that knows the integrations.
"""

import base64
import binascii
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from integrations.mail.messenger import NoMail, SmtpMessenger
from integrations.sms.texter import GatewayTexter, NoTexts
from service.audit.notes import SigningKey
from service.errors import Misconfigured
from service.policy.organisation import Organisation
from service.policy.people import Actor, system
from service.ports import Clock, Messenger, SystemClock, Texter
from service.providers import providers_of
from service.reconcilers.schedule import Rounds
from service.settings import Mode, Settings, load_organisation
from service.store import migrate
from service.store.house import House
from service.store.inspection import audit_log, log
from service.store.secrets import Keyring
from service.store.staff import colleagues
from service.store.transactions import Store, database_now, open_store
from service.web import api, board, pages, webhooks
from service.web.health import Readiness, ReadyCheck
from service.web.limits import Limiter
from service.web.server import build_app
from service.web.sign_in import SignIn
from service.web.tokens import TokenKeys
from service.workflows.deps import Deps
from service.workflows.meetings.budgets import SharedBudget
from service.workflows.staff import organising

logger = logging.getLogger(__name__)

CALLS_PER_MINUTE = 600
LOG_LATE_AFTER = timedelta(seconds=60)
CLOCKS_APART = timedelta(seconds=2)
"""From this difference between our clock and the database's on, we are not ready."""


@dataclass(frozen=True)
class Running:
    """A started service: what it is made of, its application, and its reconcilers."""

    deps: Deps
    app: web.Application
    rounds: Rounds
    tokens: TokenKeys


def house_of(settings: Settings, organisation: Organisation) -> House:
    """What the store may know: the organisation and the keys."""
    return House(
        organisation=organisation,
        base_url=settings.base_url,
        sealing=Keyring.from_text(settings.sealing_keys.get_secret_value()),
        contact_key=_raw(settings.contact_key, "contact_key"),
        log_key=SigningKey.from_text(settings.log_key.get_secret_value()),
        statement_key=Ed25519PrivateKey.from_private_bytes(
            _raw(settings.statement_key, "statement_key")
        ),
    )


def tokens_of(settings: Settings, clock: Clock) -> TokenKeys:
    """What signs and reads our own tokens."""
    ring = Keyring.from_text(settings.token_keys.get_secret_value())
    return TokenKeys(
        issuer=settings.base_url,
        audience=settings.base_url,
        keys={
            key_id: Ed25519PrivateKey.from_private_bytes(key) for key_id, key in ring.keys.items()
        },
        mint_with=ring.newest,
        clock=clock,
    )


def _raw(secret: SecretStr, name: str) -> bytes:
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise Misconfigured(f"CHAPERONE_{name.upper()} must be 32 bytes in base64.")
    return key


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, *, with_rounds: bool = True
) -> AsyncIterator[Running]:
    """The service, started: schema checked, store open, reconcilers ticking (if wanted).

    `Misconfigured` if anything is not as it must be; nothing is left running then.
    """
    clock = clock or SystemClock()
    organisation = load_organisation(settings.organisation_file)
    house = house_of(settings, organisation)
    await migrate.check(
        settings.database_url,
        mode=settings.mode.value,
        origin=house.log_key.name,
        now=clock.now(),
    )
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        wake = _Wake()
        store = await open_store(
            settings.database_url,
            clock=clock,
            house=house,
            write_entries=audit_log.write_entries,
            write_refusal=audit_log.write_refusal,
            on_wake=wake,
        )
        stack.push_async_callback(store.close)
        await _note_settings(store)
        providers = providers_of(settings, session, clock, SharedBudget(store, clock))
        deps = Deps(
            store=store,
            clock=clock,
            organisation=organisation,
            providers={name: one.meetings for name, one in providers.items()},
            signal_sources={name: one.signals for name, one in providers.items()},
            checkups={name: one.checkup for name, one in providers.items()},
            watchers={name: one.watcher for name, one in providers.items() if one.watcher},
            messenger=_messenger(settings),
            texter=_texter(settings, session, clock),
            base_url=settings.base_url,
        )
        rounds = Rounds(deps)
        if with_rounds:
            wake.rounds = rounds
            rounds.start()
            stack.push_async_callback(rounds.stop)
        tokens = tokens_of(settings, clock)
        origins = [origin for one in providers.values() for origin in one.link_origins]
        app = _web(settings, deps, tokens, rounds if with_rounds else None, origins)
        yield Running(deps, app, rounds, tokens)


async def _note_settings(store: Store) -> None:
    changed = await store.do(organising.note_settings, None, by=system("start"))
    if changed:
        logger.info("organisation settings recorded: %s", ", ".join(changed))


class _Wake:
    """Passes the store's wake-ups on to the reconcilers of this process, once there are any."""

    rounds: Rounds | None = None

    def __call__(self, names: frozenset[str]) -> None:
        for name in names if self.rounds else ():
            assert self.rounds is not None  # noqa: S101 - said by the line above
            self.rounds.wake(name)


def _messenger(settings: Settings) -> Messenger:
    if settings.mail is None:
        return NoMail()
    mail = settings.mail
    return SmtpMessenger(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        username=mail.username,
        password=mail.password,
        security=mail.security,
    )


def _texter(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Texter:
    if settings.sms is None:
        return NoTexts()
    sms = settings.sms
    return GatewayTexter(session, url=sms.url, token=sms.token, sender=sms.sender, clock=clock)


def _web(
    settings: Settings, deps: Deps, tokens: TokenKeys, rounds: Rounds | None, origins: list[str]
) -> web.Application:
    sign_in = SignIn(tokens, deps.clock)
    limiter = Limiter(deps.clock, tries=CALLS_PER_MINUTE, per=timedelta(minutes=1))
    form_key = _raw(settings.form_key, "form_key")

    def more(app: web.Application) -> None:
        webhooks.add_to(app, deps)
        pages.add_to(app, deps, sign_in, limiter, form_key, call_origins=tuple(origins))
        board.add_to(app, deps, sign_in, form_key)

    async def may_act(actor: Actor) -> bool:
        return await deps.store.read(colleagues.may_act, actor.subject)

    return build_app(
        deps,
        api.ROUTES,
        sign_in,
        ready_checks=_ready_checks(deps.store, deps.clock, rounds),
        limiter=limiter,
        may_act=may_act,
        error_page=pages.error_page(deps),
        extra_setup=more,
    )


def _ready_checks(store: Store, clock: Clock, rounds: Rounds | None) -> list[ReadyCheck]:
    async def log_is_sequenced() -> Readiness:
        oldest = await store.read(log.oldest_unsequenced)
        late = oldest is not None and clock.now() - oldest > LOG_LATE_AFTER
        return Readiness("audit_log", not late, "Entries wait for their place." if late else "")

    async def rounds_are_beating() -> Readiness:
        late = rounds.late() if rounds is not None else ()
        return Readiness("reconcilers", not late, f"Late: {', '.join(late)}." if late else "")

    async def clocks_agree() -> Readiness:
        # Leases go by the database's clock, everything else by ours.
        apart = abs(await store.read(database_now) - clock.now())
        wrong = apart > CLOCKS_APART
        return Readiness("clock", not wrong, "Set this machine's clock." if wrong else "")

    return [log_is_sequenced, rounds_are_beating, clocks_agree]


def warn_in_demo(settings: Settings) -> None:
    """A banner nobody can miss while the service runs on emulators."""
    if settings.mode is Mode.DEMO:
        logger.warning("DEMO MODE: meetings are emulated. Not for real children or real lessons.")
