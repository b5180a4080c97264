"""Alerts: broken rules, open until a named person closes them (POL-11)."""

from pydantic import Field

from service.policy.alerting import Urgency, kind_of
from service.policy.people import Actor
from service.store.alerts import alert_notices, alerts
from service.store.alerts.alerts import Alert
from service.store.transactions import Reader
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import done
from service.web.api.reading import noted
from service.web.api.shapes import Words
from service.web.api.who import LEADS, RECORD_READERS
from service.web.bodies import Body, Instant, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.alerts import alerting
from service.workflows.concerns import handling

LISTING = "alerts"


class Alerts(Page):
    """Which alerts: those that are open, or all."""

    open_only: bool = True


class OutcomeBody(Body):
    """What came of it."""

    outcome: Words


class AlertView(View):
    """An alert. `times`: how often it came up while open. `over_since`: what it is about holds no
    more since then; the alert stays open."""

    alert_id: str
    code: str
    urgency: Urgency
    sentence: str
    about: str
    session_id: str | None
    times: int
    opened_at: Instant
    last_at: Instant
    over_since: Instant | None
    people_reached: int = Field(description="How many people were told of it by e-mail or SMS.")
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    closed_at: Instant | None
    closed_by: str | None
    outcome: str | None


async def listed(call: Call[None, Alerts]) -> Answer:
    """Alerts, oldest first."""
    await noted(call, LISTING)
    query = call.query
    items = await call.deps.store.read(
        _some,
        call.actor,
        after=start_of(LISTING, query),
        limit=query.limit,
        open_only=query.open_only,
    )
    cursor = cursor_after(LISTING, [item.alert_id for item in items], query)
    return Answer(200, Listing[AlertView](items=items, next_cursor=cursor))


def _some(
    reader: Reader, actor: Actor, *, after: str, limit: int, open_only: bool
) -> tuple[AlertView, ...]:
    may_see = handling.alerting(reader, actor)
    found = alerts.listed(reader, after=after, limit=limit, open_only=open_only, concerns=may_see)
    return _views(reader, found)


def _one(reader: Reader, alert_id: str) -> AlertView:
    (view,) = _views(reader, (alerts.get(reader, alert_id),))
    return view


def _views(reader: Reader, found: tuple[Alert, ...]) -> tuple[AlertView, ...]:
    reached = alert_notices.people_reached(reader, [alert.alert_id for alert in found])
    return tuple(_view(alert, reached.get(alert.alert_id, 0)) for alert in found)


def _view(alert: Alert, people_reached: int) -> AlertView:
    kind = kind_of(alert.code)
    return AlertView(
        alert_id=alert.alert_id,
        code=alert.code,
        urgency=kind.urgency,
        sentence=kind.sentence,
        about=alert.subject_id,
        session_id=alert.session_id,
        times=alert.times,
        opened_at=alert.opened_at,
        last_at=alert.last_at,
        over_since=alert.over_since,
        people_reached=people_reached,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by,
        closed_at=alert.closed_at,
        closed_by=alert.closed_by,
        outcome=alert.outcome,
    )


async def acknowledge(call: Call) -> Answer:
    """Say that one is on an alert: nobody else is reached for it, and it stays open."""
    command = alerting.AcknowledgeAlert(call.path["alert_id"])
    alert_id = await done(call, alerting.acknowledge_alert, command)
    return Answer(200, await call.deps.store.read(_one, alert_id))


async def close(call: Call[OutcomeBody]) -> Answer:
    """Close an alert with what came of it."""
    command = alerting.CloseAlert(call.path["alert_id"], call.body.outcome)
    alert_id = await done(call, alerting.close_alert, command)
    return Answer(200, await call.deps.store.read(_one, alert_id))


ROUTES = (
    Route("GET", "/v1/alerts", listed, summary="List alerts", tag="alerts", roles=RECORD_READERS,
          query=Alerts, answers={200: Listing[AlertView]}, clauses=("POL-11",)),
    Route("POST", "/v1/alerts/{alert_id}/acknowledge", acknowledge, summary="Be on an alert",
          tag="alerts", roles=LEADS, answers={200: AlertView}, clauses=("POL-11",)),
    Route("POST", "/v1/alerts/{alert_id}/close", close, summary="Close an alert", tag="alerts",
          roles=LEADS, body=OutcomeBody, answers={200: AlertView}, clauses=("POL-11",)),
)  # fmt: skip
