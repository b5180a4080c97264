"""Providers that are out of order: one button, and the way back or over to the other (pitfall 55)."""

from typing import Annotated, Any

from pydantic import Field

from service.errors import NotFound
from service.policy.people import SessionId
from service.store.meetings import outages
from service.store.transactions import Reader
from service.web.api.outcome import done
from service.web.api.session_views import SessionView, session_id_of, shown
from service.web.api.sessions import provider_of
from service.web.api.shapes import Words
from service.web.api.who import LEADS, RECORD_READERS
from service.web.bodies import Body, Instant, View
from service.web.routes import Answer, Call, Route
from service.workflows.meetings import outage
from service.workflows.sessions import moving

Provider = Annotated[str, Field(max_length=20)]


class OutBody(Body):
    """A provider is out of order: why, and up to which start its sessions are dealt with.

    With `call_off` they are called off and their families told; else they wait, and may be moved.
    With `also_running` those that run are ended too. `dry_run` says what it would come to.
    """

    reason: Words
    until: Instant
    call_off: bool = True
    also_running: bool = False
    dry_run: bool = False


class LiftBody(Body):
    """How you know that it works again."""

    reason: Words


class MoveAllBody(Body):
    """To which other provider the sessions go."""

    to: Provider


class MoveBody(Body):
    """To which provider one session goes, and why."""

    provider: Provider
    reason: Words


class ReachView(View):
    """What it comes to: sessions, how many run just now, and how many adults are written to."""

    sessions: int
    running: int
    adults: int


class ProviderView(View):
    """A provider. While it is out nothing is opened there; `left_to_do` sessions are still being
    called off or moved."""

    provider: str
    out_since: Instant | None
    until: Instant | None
    reason: str | None
    left_to_do: int


class ProvidersView(View):
    """Every provider that is set up here."""

    items: tuple[ProviderView, ...]


async def listed(call: Call) -> Answer:
    """Which providers are set up, and which are out of order."""
    names = sorted(call.deps.providers)
    items = tuple([await call.deps.store.read(_view, name) for name in names])
    return Answer(200, ProvidersView(items=items))


def _view(reader: Reader, provider: str) -> ProviderView:
    found = outages.standing(reader, provider)
    return ProviderView(
        provider=provider,
        out_since=found.began_at if found else None,
        until=found.until if found else None,
        reason=found.reason if found else None,
        left_to_do=outages.left_to_do(reader, found) if found else 0,
    )


def _named(call: Call[Any, Any]) -> str:
    provider = call.path["provider"]
    if provider not in call.deps.providers:
        raise NotFound
    return provider


async def out(call: Call[OutBody]) -> Answer:
    """Say that a provider is out of order, or see what that would come to."""
    body = call.body
    command = outage.BeginOutage(
        _named(call), body.reason, body.until, body.call_off, body.also_running
    )
    found = await call.deps.store.read(outage.reach_of, command)
    if not body.dry_run:
        await done(call, outage.begin_outage, command)
    view = ReachView(sessions=found.sessions, running=found.running, adults=found.adults)
    return Answer(200, view)


async def lift(call: Call[LiftBody]) -> Answer:
    """Say that a provider works again."""
    provider = _named(call)
    await done(call, outage.lift_outage, outage.LiftOutage(provider, call.body.reason))
    return Answer(200, await call.deps.store.read(_view, provider))


async def move_all(call: Call[MoveAllBody]) -> Answer:
    """Have the sessions of a provider that is out moved to another."""
    provider = _named(call)
    command = moving.MoveAll(provider, provider_of(call, call.body.to))
    await done(call, moving.move_all, command)
    return Answer(200, await call.deps.store.read(_view, provider))


async def move(call: Call[MoveBody]) -> Answer:
    """Move one session to another provider; promises and consents stand."""
    provider = provider_of(call, call.body.provider)
    command = moving.ChangeProvider(session_id_of(call), provider, call.body.reason, call.if_match)
    return await shown(call, SessionId(await done(call, moving.change_provider, command)))


ONE = "/v1/providers/{provider}/outage"

ROUTES = (
    Route("GET", "/v1/providers", listed, summary="Which providers are out of order",
          tag="providers", roles=RECORD_READERS, answers={200: ProvidersView},
          clauses=("POL-12",)),
    Route("POST", ONE, out, summary="Say that a provider is out of order", tag="providers",
          roles=LEADS, body=OutBody, answers={200: ReachView},
          clauses=("POL-12", "POL-20", "POL-42")),
    Route("POST", ONE + "/lift", lift, summary="Say that a provider works again",
          tag="providers", roles=LEADS, body=LiftBody, answers={200: ProviderView}),
    Route("POST", ONE + "/move", move_all, summary="Move an outage's sessions elsewhere",
          tag="providers", roles=LEADS, body=MoveAllBody, answers={200: ProviderView},
          clauses=("POL-10", "POL-21")),
    Route("POST", "/v1/sessions/{session_id}/provider", move,
          summary="Move a session to another provider", tag="sessions", roles=LEADS, body=MoveBody,
          answers={200: SessionView}, changes=True, clauses=("POL-10", "POL-21")),
)  # fmt: skip
