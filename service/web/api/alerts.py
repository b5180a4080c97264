"""Alerts: broken rules, open until a named person closes them (POL-11)."""

from service.store import alerts
from service.store.alerts import Alert
from service.web.api.lists import cursor_after, start_of
from service.web.api.outcome import done
from service.web.api.reading import noted
from service.web.api.shapes import Words
from service.web.api.who import LEADS, RECORD_READERS
from service.web.bodies import Body, Instant, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows import watching

LISTING = "alerts"


class Alerts(Page):
    """Which alerts: those that are open, or all."""

    open_only: bool = True


class OutcomeBody(Body):
    """What came of it."""

    outcome: Words


class AlertView(View):
    """An alert. `times`: how often it came up while open."""

    alert_id: str
    code: str
    about: str
    session_id: str | None
    times: int
    opened_at: Instant
    last_at: Instant
    closed_at: Instant | None
    closed_by: str | None
    outcome: str | None


async def listed(call: Call[None, Alerts]) -> Answer:
    """Alerts, oldest first."""
    await noted(call, LISTING)
    query = call.query
    found = await call.deps.store.read(
        alerts.listed,
        after=start_of(LISTING, query),
        limit=query.limit,
        open_only=query.open_only,
    )
    cursor = cursor_after(LISTING, [alert.alert_id for alert in found], query)
    items = tuple(_view(alert) for alert in found)
    return Answer(200, Listing[AlertView](items=items, next_cursor=cursor))


def _view(alert: Alert) -> AlertView:
    return AlertView(
        alert_id=alert.alert_id,
        code=alert.code,
        about=alert.subject_id,
        session_id=alert.session_id,
        times=alert.times,
        opened_at=alert.opened_at,
        last_at=alert.last_at,
        closed_at=alert.closed_at,
        closed_by=alert.closed_by,
        outcome=alert.outcome,
    )


async def close(call: Call[OutcomeBody]) -> Answer:
    """Close an alert with what came of it."""
    command = watching.CloseAlert(call.path["alert_id"], call.body.outcome)
    alert_id = await done(call, watching.close_alert, command)
    return Answer(200, _view(await call.deps.store.read(alerts.get, alert_id)))


ROUTES = (
    Route("GET", "/v1/alerts", listed, summary="List alerts", tag="alerts", roles=RECORD_READERS,
          query=Alerts, answers={200: Listing[AlertView]}, clauses=("POL-11",)),
    Route("POST", "/v1/alerts/{alert_id}/close", close, summary="Close an alert", tag="alerts",
          roles=LEADS, body=OutcomeBody, answers={200: AlertView}, clauses=("POL-11",)),
)  # fmt: skip
