"""A room's story at `/live/rooms/{session_id}`: its alerts are taken on and closed there (POL-11), and
the lead ends its meeting (POL-42)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from yarl import URL

from service.errors import ChaperoneError, InvalidInput, NotAllowed
from service.policy.ending import EndKind
from service.policy.people import Actor, Role, SessionId
from service.policy.watch import ENDED_BY_PEOPLE_ALONE
from service.web.board.pages import viewer
from service.web.board.pieces import ALERT_WORDS
from service.web.board.ribbons import draw
from service.web.board.story import Story, tell
from service.web.board.words import words_in
from service.web.forms import FIELD, check_form_token, check_same_origin, form_token
from service.web.intake import read_bytes, read_form, read_path
from service.web.pages.deeds import (
    Deed,
    Form,
    Proof,
    Step,
    carry_out,
    chosen,
    gathered,
    sure,
    troubles,
)
from service.web.pages.languages import choose
from service.web.pages.rendering import Pages
from service.web.pages.staff import DO, form_binding
from service.web.problems import status_of
from service.web.routes import SMALL_BODY
from service.web.sign_in import COOKIE, SignIn
from service.workflows.alerts.alerting import (
    AcknowledgeAlert,
    CloseAlert,
    acknowledge_alert,
    close_alert,
)
from service.workflows.deps import Deps
from service.workflows.inspection import inspecting
from service.workflows.watch.watching import EndSession, end_session

PART = "room"
END = "end"
LONGEST_WORDS = 1000
NO_REASON = "Say why, in a few words."
NO_OUTCOME = "Say what came of it, in a few words."
NOT_OPEN = "This alert is not open any more. Look at the page again."


def _end(story: Story, form: Form) -> tuple[Step, ...]:
    kind, reason, _ = gathered(
        lambda: chosen(form, "kind", EndKind), lambda: _reason(form), lambda: sure(form)
    )
    return (Step(end_session, EndSession(story.room.session.session_id, reason, kind)),)


def _reason(form: Form) -> str:
    reason = form.get("reason", "").strip()
    if not 0 < len(reason) <= LONGEST_WORDS:
        raise InvalidInput.of("reason", "missing", NO_REASON)
    return reason


def _acknowledge(story: Story, form: Form) -> tuple[Step, ...]:
    return (Step(acknowledge_alert, AcknowledgeAlert(_alert(story, form))),)


def _close(story: Story, form: Form) -> tuple[Step, ...]:
    outcome = outcome_in(form)
    return (Step(close_alert, CloseAlert(_alert(story, form), outcome)),)


def outcome_in(form: Form) -> str:
    """What came of an alert, in a person's words; `InvalidInput` if they said nothing."""
    outcome = form.get("outcome", "").strip()
    if not 0 < len(outcome) <= LONGEST_WORDS:
        raise InvalidInput(NO_OUTCOME)
    return outcome


def _alert(story: Story, form: Form) -> str:
    """The open alert of this room that the form is about."""
    alert_id = form.get("alert_id", "")
    if all(alert.alert_id != alert_id for alert in story.room.alerts):
        raise InvalidInput(NOT_OPEN)
    return alert_id


DEEDS: Mapping[str, Deed] = {
    END: Deed(Proof.NOTHING, _end),
    "acknowledge": Deed(Proof.NOTHING, _acknowledge),
    "close": Deed(Proof.NOTHING, _close),
}
FOR_LEADS = frozenset({END})
"""What only the safeguarding lead may do; the rest is for coordinators too (POL-11)."""


@dataclass(frozen=True)
class RoomPages:
    """The handlers of `/live/rooms/{session_id}`."""

    deps: Deps
    pages: Pages
    sign_in: SignIn
    form_key: bytes

    async def show(self, request: web.Request) -> web.StreamResponse:
        """`GET`: what happened in the room; that it was read, and by whom, is noted first."""
        actor = await viewer(self.deps, self.sign_in, request)
        session_id = SessionId(read_path(request)["session_id"])
        reading = inspecting.NoteReading(PART, session_id)
        await self.deps.store.do(inspecting.note_reading, reading, by=actor)
        return self._page(request, actor, await self.deps.store.read(tell, session_id))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """`POST`: the lead ends the meeting, or reads why not."""
        actor = await viewer(self.deps, self.sign_in, request)
        session_id = SessionId(read_path(request)["session_id"])
        form = read_form(request, await read_bytes(request, SMALL_BODY))
        story = await self.deps.store.read(tell, session_id)
        try:
            await self._do(request, actor, story, form)
        except ChaperoneError as error:
            story = await self.deps.store.read(tell, session_id)
            return self._page(request, actor, story, form, error)
        return web.Response(status=303, headers={"Location": request.path})

    async def _do(self, request: web.Request, actor: Actor, story: Story, form: Form) -> None:
        check_same_origin(request, str(URL(self.deps.base_url).origin()))
        deed = DEEDS.get(form.get(DO, ""))
        if deed is None:
            raise InvalidInput("This form is out of date. Open the page again.")
        if form[DO] in FOR_LEADS and not actor.has(Role.DSL):
            raise NotAllowed
        binding = form_binding(request, "live", form[DO], story.room.session.session_id)
        check_form_token(self.form_key, binding, form.get(FIELD))
        await carry_out(self.deps, deed.steps(story, form), actor)

    def _page(
        self,
        request: web.Request,
        actor: Actor,
        story: Story,
        form: Form | None = None,
        error: ChaperoneError | None = None,
    ) -> web.Response:
        language = choose(None, request.headers.get("Accept-Language", ""))
        room = story.room
        context: dict[str, Any] = {
            **ALERT_WORDS,
            "story": story,
            "drawing": draw(room.session, room.seats, room.at, self.pages.zone),
            "words": words_in(language),
            "may_end": story.may_end and actor.has(Role.DSL),
            "by_hand": room.session.provider in ENDED_BY_PEOPLE_ALONE,
            "tokens": {
                name: form_token(
                    self.form_key, form_binding(request, "live", name, room.session.session_id)
                )
                for name in DEEDS
            },
            "failed": form.get(DO, "") if form and error else "",
            "form": form if form is not None else Form(),
            "problems": troubles(error) if error else (),
            "signed_in": COOKIE in request.cookies,
        }
        status = status_of(error) if error else 200
        return self.pages.answer(language, "room.html", context, status=status)
