"""The emulator's strings on people and on notifications; see `control` for the rest."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.teams.emulator import signing
from integrations.teams.emulator.deliveries import Ordered
from integrations.teams.emulator.keys import LIVE, OUTBOX, SENDER, STATE, body_of
from integrations.teams.emulator.pages import enter, meeting_of_url, person_of
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import ApiError, Meeting, Person
from integrations.teams.emulator.tending import deliver_all

Json = dict[str, Any]

_MODES = ("deliver", "drop", "double", "hold", "late", "forged", "wrong_state")
_LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")


async def open_link(request: web.Request) -> web.Response:
    """POST /control/people/open {url | join_meeting_id, passcode, name, as}."""
    body = {name: str(value) for name, value in (await body_of(request)).items()}
    if "url" in body:
        body["thread"] = meeting_of_url(request.app[STATE], body.pop("url")).thread_id
    meeting, person = enter(request.app, body)
    return web.json_response(shown(meeting, person))


async def act_as_person(request: web.Request) -> web.Response:
    """POST /control/people/{person}/{act}; `drop` takes {silent}, `rename` takes {name}."""
    meeting, person = person_of(request)
    body = await body_of(request)
    live, act = request.app[LIVE], request.match_info["act"]
    match act:
        case "admit":
            live.admit(meeting, person)
        case "deny" | "leave" | "remove":
            live.go(meeting, person)
        case "drop" if body.get("silent"):
            live.lose(meeting, person)
        case "drop":
            live.go(meeting, person, place="inactive")
        case "rejoin":
            live.rejoin(meeting, person)
        case "rename":
            live.rename(meeting, person, str(body.get("name", "")))
        case "record":
            live.record(meeting, person)
        case "lobby":
            live.send_to_lobby(meeting, person)
        case _:
            raise ApiError(404, "NotFound", f"No such act: {act}.")
    return web.json_response(shown(meeting, person))


def shown(meeting: Meeting, person: Person) -> Json:
    """One person, with the key to act by in `person`."""
    row = {**asdict(person), "person": person.key, "meeting": meeting.meeting_id}
    return {**row, "role": meeting.role_of(person)}


# --- notifications ----------------------------------------------------------------------------------


async def order_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks {mode, events, late_seconds, form}; GET shows what became of each."""
    outbox = request.app[OUTBOX]
    if request.method == "POST":
        body = await body_of(request)
        mode, form = str(body.get("mode", "deliver")), str(body.get("form", "token"))
        if mode not in _MODES or form not in signing.FORGERIES:
            message = f"Modes are {', '.join(_MODES)}; forms are {', '.join(signing.FORGERIES)}."
            raise ApiError(400, "BadRequest", message)
        late_for = timedelta(seconds=body.get("late_seconds", 0))
        outbox.ordered = Ordered(mode, tuple(body.get("events", ())), late_for, form)
    rows = [
        {
            "event": one.name,
            "subscription": one.subscription_id,
            "state": one.state,
            "outcomes": one.outcomes,
            "due_at": graph_time(one.due_at) if one.due_at else None,
            "body": one.body,
        }
        for one in outbox.items
    ]
    return web.json_response({"mode": outbox.ordered.mode, "events": rows})


async def flush_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks/flush: answers once everything due has been tried."""
    await deliver_all(request.app[STATE], request.app[OUTBOX], request.app[SENDER])
    return web.json_response({})


async def release_webhooks(request: web.Request) -> web.Response:
    """POST /control/webhooks/release {backwards}: deliver what was held."""
    request.app[OUTBOX].release(bool((await body_of(request)).get("backwards")))
    return await flush_webhooks(request)


async def order_lifecycle(request: web.Request) -> web.Response:
    """POST /control/subscriptions/{id}/{event}: a lifecycle word now; a removal takes effect."""
    state, event = request.app[STATE], request.match_info["event"]
    subscription = state.subscriptions.get(request.match_info["subscription_id"])
    if subscription is None or event not in _LIFECYCLE:
        raise ApiError(404, "NotFound", f"Events are {', '.join(_LIFECYCLE)}.")
    request.app[OUTBOX].put_lifecycle(subscription, event)
    if event == "subscriptionRemoved":
        state.unsubscribe(subscription)
    return web.json_response({})
