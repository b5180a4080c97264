"""What a subscriber reads after decrypting: a call's beginning, its roster's changes, its end.

https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
"""

from collections.abc import Sequence
from typing import Any

from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import Person, State

Json = dict[str, Any]

LEFT = "Participant has left the meeting call."
INACTIVE = "Participant has entered an inactive state in the roster."


def call_event(state: State, kind: str, resource: str, people: Sequence[Json] = ()) -> Json:
    """One event, its keys in the documented case."""
    event: Json = {
        "@odata.type": "#microsoft.graph.callevent",
        "@odata.id": resource,
        "id": state.new_guid(),
        "eventType": kind,
        "eventDateTime": graph_time(state.clock.now()),
    }
    return {**event, "participants@delta": list(people)} if people else event


def participant(state: State, person: Person, reason: str = "") -> Json | None:
    """One row of the roster; None where the roster does not tell of people not signed in."""
    identity = _identity(state, person)
    if identity is None:
        return None
    row: Json = {
        "id": person.participant_id,
        "isInLobby": person.place == "lobby",
        "info": {"identity": identity},
    }
    return {**row, "removedState": {"reason": reason}} if reason else row


def as_seen_live(content: Any) -> Any:
    """The same with every key capitalised, save those that start with a sign."""
    if isinstance(content, dict):
        return {key[:1].upper() + key[1:]: as_seen_live(part) for key, part in content.items()}
    return [as_seen_live(part) for part in content] if isinstance(content, list) else content


def _identity(state: State, person: Person) -> Json | None:
    if person.user_id:
        tenant = state.settings.tenant_id
        return {"user": {"id": person.user_id, "displayName": person.name, "tenantId": tenant}}
    guest: Json = {"id": person.guest_id, "displayName": person.name}
    forms: dict[str, Json | None] = {
        "guest": {"guest": guest},
        "user": {"user": {**guest, "tenantId": None}},
        "none": None,
    }
    return forms[state.options.guest_identity]
