"""Alerts at `/staff/alerts`, where every notice leads: who was told, who is on it, what came of it (POL-11).

Unlike a room's story these also show alerts that are about no session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from yarl import URL

from service.errors import ChaperoneError, InvalidInput, NotFound
from service.policy.alerting import OF_CONCERNS
from service.policy.duty_rota import Channel
from service.policy.escalation import Contact
from service.policy.people import Actor, StaffId
from service.store.alerts import alert_notices, alerts
from service.store.alerts.alert_notices import Notice
from service.store.alerts.alerts import Alert
from service.store.staff import staff
from service.store.transactions import Reader
from service.web.board.pages import viewer
from service.web.board.pieces import ALERT_WORDS
from service.web.board.room import outcome_in
from service.web.board.view import MOST_ALERTS, worst_first
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form, read_path
from service.web.pages.deeds import Form, Step, carry_out, troubles
from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.pages.staff import DO, form_binding
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.web.sign_in import COOKIE, SignIn
from service.workflows.alerts import alerting
from service.workflows.concerns import handling
from service.workflows.deps import Deps

PART = "alerts"
DEEDS = ("acknowledge", "close")


@dataclass(frozen=True)
class ToldOf:
    """One notice: to whom by name, or to which of the organisation's contacts; `at` is when it went,
    empty while it waits. `failed`: it did not go."""

    name: str
    contact: Contact | None
    channel: Channel
    at: datetime | None
    failed: bool


@dataclass(frozen=True)
class AlertPage:
    """One alert with what people need who are to see to it. `concern_id`: it is seen to there."""

    alert: Alert
    told: tuple[ToldOf, ...]
    taken_by: str
    closed_by: str
    concern_id: str | None


def open_ones(reader: Reader, actor: Actor) -> tuple[Alert, ...]:
    """The open alerts that this person may see, the worst first."""
    may_see = handling.alerting(reader, actor)
    found = alerts.listed(reader, after="", limit=MOST_ALERTS, open_only=True, concerns=may_see)
    return worst_first(found)


def one(reader: Reader, alert_id: str, actor: Actor) -> AlertPage:
    """One alert. `NotFound` for whoever must not know of its concern (pitfall 65)."""
    alert = alerts.get(reader, alert_id)
    is_concern = alert.code in OF_CONCERNS
    if is_concern and alert.subject_id not in handling.alerting(reader, actor):
        raise NotFound
    notices = alert_notices.of_alert(reader, alert_id)
    return AlertPage(
        alert,
        tuple(_told(reader, notice) for notice in notices if notice.channel is not Channel.PAGE),
        _name(reader, alert.acknowledged_by),
        _name(reader, alert.closed_by),
        alert.subject_id if is_concern else None,
    )


def _told(reader: Reader, notice: Notice) -> ToldOf:
    contact = notice.to if isinstance(notice.to, Contact) else None
    name = "" if contact else _name(reader, notice.to)
    failed = notice.outcome not in (None, alert_notices.SENT)
    return ToldOf(name, contact, notice.channel, notice.settled_at, failed)


def _name(reader: Reader, subject: str | None) -> str:
    if subject is None or not staff.has_staff(reader, subject):
        return subject or ""
    return staff.staff_record(reader, StaffId(subject)).name.get_secret_value()


@dataclass(frozen=True)
class AlertPages:
    """The handlers of `/staff/alerts` and of each alert below it."""

    deps: Deps
    pages: Pages
    sign_in: SignIn
    form_key: bytes

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/alerts`."""
        actor = await viewer(self.deps, self.sign_in, request)
        found = await self.deps.store.read(open_ones, actor)
        return self._answer(request, "staff_alerts.html", {"alerts": found, "failed": ""})

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/alerts/{alert_id}`."""
        actor = await viewer(self.deps, self.sign_in, request)
        return await self._page(request, actor)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/alerts/{alert_id}`: be on it, or close it."""
        actor = await viewer(self.deps, self.sign_in, request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            check_same_origin(request, str(URL(self.deps.base_url).origin()))
            binding = form_binding(request, PART, form.get(DO, ""), _id(request))
            check_form_token(self.form_key, binding, form.get(FIELD))
            await carry_out(self.deps, (_step(_id(request), form),), actor)
        except ChaperoneError as error:
            return await self._page(request, actor, form, error)
        return web.Response(status=303, headers={"Location": request.path})

    async def _page(
        self,
        request: web.Request,
        actor: Actor,
        form: Form | None = None,
        error: ChaperoneError | None = None,
    ) -> web.Response:
        alert_id = _id(request)
        context = {
            "page": await self.deps.store.read(one, alert_id, actor),
            "tokens": {
                deed: form_token(self.form_key, form_binding(request, PART, deed, alert_id))
                for deed in DEEDS
            },
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
        }
        return self._answer(request, "staff_alert.html", context, error)

    def _answer(
        self,
        request: web.Request,
        template: str,
        context: Mapping[str, object],
        error: ChaperoneError | None = None,
    ) -> web.Response:
        language = choose(None, request.headers.get("Accept-Language", ""))
        more = {
            **ALERT_WORDS,
            "problems": troubles(error) if error else (),
            "signed_in": COOKIE in request.cookies,
        }
        status = status_of(error) if error else 200
        return self.pages.answer(language, template, more | dict(context), status=status)


def _id(request: web.Request) -> str:
    return read_path(request)["alert_id"]


def _step(alert_id: str, form: Form) -> Step:
    match form.get(DO, ""):
        case "acknowledge":
            return Step(alerting.acknowledge_alert, alerting.AcknowledgeAlert(alert_id))
        case "close":
            return Step(alerting.close_alert, alerting.CloseAlert(alert_id, outcome_in(form)))
        case _:
            raise InvalidInput("This form is out of date. Open the page again.")
