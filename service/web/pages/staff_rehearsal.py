"""The rehearsal at `/staff/rehearsal`: how many families are ready, what the rest lack, switching over."""

from dataclasses import dataclass

from aiohttp import web

from service.errors import ChaperoneError, InvalidInput, NotAllowed
from service.policy.people import Actor, ChildId, Role
from service.store.families import people
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form
from service.web.pages.deeds import Form, Step, carry_out
from service.web.pages.staff import DO, StaffPages, form_binding, tell
from service.web.routes import SMALL_BODY
from service.workflows.families import rehearsing
from service.workflows.inspection import inspecting

PART, SWITCH = "rehearsal", "switch_over"
AT_A_TIME = 50
"""How many ready families the page names; the next ones follow once these have switched over."""


@dataclass(frozen=True)
class StaffRehearsal:
    """The handlers under `/staff/rehearsal`."""

    staff: StaffPages

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/rehearsal`."""
        return await self._page(request, await self._who(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/rehearsal`: one family switches over, and the page comes back."""
        actor = await self._who(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            check_same_origin(request, self.staff.origin)
            child_id = ChildId(form.get("child_id", ""))
            if form.get(DO) != SWITCH:
                raise InvalidInput("This form is out of date. Open the page again.")
            binding = form_binding(request, PART, SWITCH, child_id)
            check_form_token(self.staff.form_key, binding, form.get(FIELD))
            command = rehearsing.SwitchOver(child_id, switched_over=True)
            await carry_out(self.staff.deps, (Step(rehearsing.switch_over, command),), actor)
        except ChaperoneError as error:
            tell(request, error)
            return await self._page(request, actor, form, error)
        return web.Response(status=303, headers={"Location": request.path})

    async def _who(self, request: web.Request) -> Actor:
        actor = await self.staff.who(request)
        if not actor.has(Role.COORDINATOR, Role.DSL):
            raise NotAllowed
        return actor

    async def _page(
        self,
        request: web.Request,
        actor: Actor,
        form: Form | None = None,
        error: ChaperoneError | None = None,
    ) -> web.Response:
        deps = self.staff.deps
        await carry_out(deps, (Step(inspecting.note_reading, inspecting.NoteReading(PART)),), actor)
        standing = await rehearsing.standing(deps)
        ready = standing.ready[:AT_A_TIME]
        names = await deps.store.read(people.child_names, ready)
        context = {
            "standing": standing,
            "ready": [(child_id, names[child_id].get_secret_value()) for child_id in ready],
            "tokens": {child_id: self._token(request, child_id) for child_id in ready},
            "failed": SWITCH if error else "",
            "form": form if form is not None else Form(),
        }
        return self.staff.answer(request, "rehearsal.html", context, error=error)

    def _token(self, request: web.Request, child_id: ChildId) -> str:
        return form_token(self.staff.form_key, form_binding(request, PART, SWITCH, child_id))
