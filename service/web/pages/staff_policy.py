"""The policy at `/staff/policy`: a member of staff reads it and acknowledges it (POL-30, POL-34)."""

from dataclasses import dataclass

from aiohttp import web

from service.errors import ChaperoneError, InvalidInput
from service.policy.people import Actor
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form
from service.web.pages.deeds import Step, carry_out
from service.web.pages.staff import DO, StaffPages, form_binding, tell
from service.web.routes import SMALL_BODY
from service.workflows.staff import acknowledging

PART, ACKNOWLEDGE = "policy", "acknowledge"


@dataclass(frozen=True)
class StaffPolicy:
    """The handlers under `/staff/policy`."""

    staff: StaffPages

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET /staff/policy`."""
        return await self._page(request, await self.staff.who(request))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST /staff/policy`: the version that was shown is acknowledged, and the page comes back."""
        actor = await self.staff.who(request)
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        try:
            check_same_origin(request, self.staff.origin)
            version = form.get("policy_version", "")
            if form.get(DO) != ACKNOWLEDGE:
                raise InvalidInput("This form is out of date. Open the page again.")
            binding = form_binding(request, PART, ACKNOWLEDGE, version)
            check_form_token(self.staff.form_key, binding, form.get(FIELD))
            command = acknowledging.Acknowledge(version)
            await carry_out(self.staff.deps, (Step(acknowledging.acknowledge, command),), actor)
        except ChaperoneError as error:
            tell(request, error)
            return await self._page(request, actor, error)
        return web.Response(status=303, headers={"Location": request.path})

    async def _page(
        self, request: web.Request, actor: Actor, error: ChaperoneError | None = None
    ) -> web.Response:
        to_read = await self.staff.deps.store.read(acknowledging.still_to_read, actor.subject)
        version = to_read.version if to_read else ""
        binding = form_binding(request, PART, ACKNOWLEDGE, version)
        context = {
            "policy": to_read,
            "token": form_token(self.staff.form_key, binding),
            "failed": ACKNOWLEDGE if error else "",
        }
        return self.staff.answer(request, "staff_policy.html", context, error=error)
