"""An inspector's reading is noted before it is answered (pitfall 66)."""

from typing import Any

from service.policy.people import Role, SessionId
from service.web.api.outcome import done
from service.web.routes import Call
from service.workflows.inspection import inspecting


async def noted(call: Call[Any, Any], part: str, session_id: SessionId | None = None) -> None:
    """Record that an inspector reads; others read in the course of their work."""
    if call.actor.has(Role.INSPECTOR):
        await always_noted(call, part, session_id)


async def always_noted(
    call: Call[Any, Any], part: str, session_id: SessionId | None = None
) -> None:
    """Record the reading, whoever reads. `NotFound` if there is no such session."""
    await done(call, inspecting.note_reading, inspecting.NoteReading(part, session_id))
