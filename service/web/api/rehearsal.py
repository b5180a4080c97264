"""The rehearsal: how many families are ready, what the rest lack, and switching over one by one."""

from typing import Any

from service.policy.people import ChildId
from service.web.api.outcome import done
from service.web.api.who import LEADS, OFFICE
from service.web.bodies import View
from service.web.routes import Answer, Call, Route
from service.workflows.families import rehearsing


class Standing(View):
    """How far the rehearsal has come. `lacking` counts children by what keeps their next session:
    a blocker's code, or `no_session`. `ready` are the children that lack nothing any more."""

    is_on: bool
    children: int
    switched_over: int
    ready: tuple[str, ...]
    lacking: dict[str, int]


async def standing(call: Call) -> Answer:
    """What every family that still rehearses lacks, counted; nobody's name."""
    found = await rehearsing.standing(call.deps)
    view = Standing(
        is_on=found.is_on,
        children=found.children,
        switched_over=found.switched_over,
        ready=found.ready,
        lacking=dict(found.lacking.most_common()),
    )
    return Answer(200, view)


async def switch_over(call: Call) -> Answer:
    """Let a family leave the rehearsal: its meetings are made, and held messages go out."""
    return await _switch(call, switched_over=True)


async def switch_back(call: Call) -> Answer:
    """Put a family back into the rehearsal: a meeting not begun is withdrawn."""
    return await _switch(call, switched_over=False)


async def _switch(call: Call[Any, Any], *, switched_over: bool) -> Answer:
    command = rehearsing.SwitchOver(ChildId(call.path["child_id"]), switched_over)
    await done(call, rehearsing.switch_over, command)
    return Answer(204)


ONE = "/v1/children/{child_id}"

ROUTES = (
    Route("GET", "/v1/rehearsal", standing, summary="How far the rehearsal has come",
          tag="rehearsal", roles=OFFICE, answers={200: Standing}, clauses=("POL-04",)),
    Route("POST", ONE + "/switch-over", switch_over, summary="Let a family leave the rehearsal",
          tag="rehearsal", roles=LEADS, answers={204: None}, clauses=("POL-04", "POL-21")),
    Route("POST", ONE + "/switch-back", switch_back,
          summary="Put a family back into the rehearsal", tag="rehearsal", roles=LEADS,
          answers={204: None}, clauses=("POL-04",)),
)  # fmt: skip
