"""One button for a provider that is out of order, at `/staff/providers` (pitfall 55).

The page says what pressing it comes to before it is pressed.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from aiohttp import web

from service.errors import ChaperoneError, InvalidInput, NotFound
from service.policy.people import Actor, Role
from service.store.meetings import outages
from service.store.meetings.outages import Outage
from service.store.transactions import Reader
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form
from service.web.pages.deeds import ANSWER_MISSING, Form, Step, carry_out, gathered, sure
from service.web.pages.staff import DO, StaffPages, form_binding, tell
from service.web.routes import SMALL_BODY
from service.workflows.meetings import outage
from service.workflows.meetings.outage import BeginOutage, LiftOutage, Reach
from service.workflows.sessions import moving

MAY_DECIDE = (Role.COORDINATOR, Role.DSL)
PART = "providers"
OUT, LIFT, MOVE = "out", "lift", "move"


@dataclass(frozen=True)
class Standing:
    """One provider as the page shows it: whether it is out, and what the button comes to."""

    name: str
    outage: Outage | None
    left_to_do: int
    reach: Reach


def end_of_today(reader: Reader) -> datetime:
    """Up to when the page's button reaches: midnight where the organisation is."""
    organisation = reader.house.organisation
    tomorrow = organisation.local_day(reader.now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=organisation.zone)


def look(reader: Reader, names: tuple[str, ...]) -> tuple[Standing, ...]:
    """Every provider that is set up here."""
    until = end_of_today(reader)
    return tuple(_standing(reader, name, until) for name in names)


def _standing(reader: Reader, name: str, until: datetime) -> Standing:
    found = outages.standing(reader, name)
    left = outages.left_to_do(reader, found) if found else 0
    return Standing(name, found, left, outage.reach_of(reader, BeginOutage(name, "?", until)))


@dataclass(frozen=True)
class StaffProviders:
    """The handlers under `/staff/providers`."""

    staff: StaffPages

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(self.staff.deps.providers))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/providers`."""
        await self._who(request)
        return await self._page(request)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/providers`: say that one is out, or works again, or move its sessions."""
        actor = await self._who(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            check_same_origin(request, self.staff.origin)
            what = form.get(DO, "")
            binding = form_binding(request, PART, what, "")
            check_form_token(self.staff.form_key, binding, form.get(FIELD))
            until = await self.staff.deps.store.read(end_of_today)
            await carry_out(self.staff.deps, (self._step(what, form, until),), actor)
        except ChaperoneError as error:
            tell(request, error)
            return await self._page(request, form, error)
        return web.Response(status=303, headers={"Location": request.path})

    def _step(self, what: str, form: Form, until: datetime) -> Step:
        deed, _, name = what.partition("-")
        if name not in self._names:
            raise InvalidInput("This form is out of date. Open the page again.")
        if deed == OUT:
            return _out(name, form, until)
        if deed == MOVE:
            to = form.get("to", "")
            if to not in self._names:
                raise InvalidInput.of("to", "missing", ANSWER_MISSING)
            return Step(moving.move_all, moving.MoveAll(name, to))
        return Step(outage.lift_outage, LiftOutage(name, form.get("reason", "")))

    async def _who(self, request: web.Request) -> Actor:
        actor = await self.staff.who(request)
        if not actor.has(*MAY_DECIDE):
            raise NotFound
        return actor

    async def _page(
        self, request: web.Request, form: Form | None = None, error: ChaperoneError | None = None
    ) -> web.Response:
        forms = [f"{deed}-{name}" for deed in (OUT, LIFT, MOVE) for name in self._names]
        key = self.staff.form_key
        context = {
            "providers": await self.staff.deps.store.read(look, self._names),
            "tokens": {one: form_token(key, form_binding(request, PART, one, "")) for one in forms},
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
        }
        return self.staff.answer(request, "staff_providers.html", context, error=error)


def _out(name: str, form: Form, until: datetime) -> Step:
    then, _ = gathered(partial(_then, form), partial(sure, form))
    command = BeginOutage(
        name,
        form.get("reason", ""),
        until,
        call_off=then == "call_off",
        also_running=form.get("also_running") == "yes",
    )
    return Step(outage.begin_outage, command)


def _then(form: Form) -> Any:
    then = form.get("then", "")
    if then not in ("call_off", "wait"):
        raise InvalidInput.of("then", "missing", ANSWER_MISSING)
    return then
