"""A giver may be a team, like a council's duty team: its deputies answer for it in their own names.

The team has the say; each word names the deputy who spoke. A team has no PIN and no link of its own.
"""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.people import ParentId
from service.store import deputies, links, people
from service.store.transactions import Tx
from service.workflows.links import must_be_a_person


@dataclass(frozen=True)
class NameDeputy:
    """Somebody on record answers for a team from now on."""

    team_id: ParentId
    parent_id: ParentId


def name_deputy(tx: Tx, command: NameDeputy) -> ParentId:
    """Let somebody answer for a team; the record is a team from its first deputy on."""
    must_be_a_person(tx.by)
    tx.lock(people.PARENTS, [command.team_id, command.parent_id])
    if not people.has_parent(tx, command.team_id):
        raise NotFound
    if not people.has_parent(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "unknown", "There is no such parent.")
    if command.parent_id == command.team_id or deputies.is_team(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "is_a_team", "A deputy is a person.")
    if deputies.insert(tx, command.team_id, command.parent_id) is not None:
        raise Conflict("This person answers for the team already.", code="is_deputy")
    links.revoke_of_parent(tx, command.team_id)  # from now on only people open pages
    _note(tx, Event.DEPUTY_NAMED, command.team_id, command.parent_id)
    return command.team_id


@dataclass(frozen=True)
class EndDeputy:
    """Somebody answers for a team no more."""

    team_id: ParentId
    parent_id: ParentId


def end_deputy(tx: Tx, command: EndDeputy) -> ParentId:
    """End it; what they said for the team stands, as the team's word. Their links about its children die."""
    must_be_a_person(tx.by)
    tx.lock(people.PARENTS, [command.team_id, command.parent_id])
    if not deputies.end(tx, command.team_id, command.parent_id):
        raise NotFound
    for child_id in people.children_of(tx, command.team_id):
        links.revoke_of_parent(tx, command.parent_id, child_id)
    _note(tx, Event.DEPUTY_ENDED, command.team_id, command.parent_id)
    return command.team_id


def _note(tx: Tx, event: Event, team_id: ParentId, parent_id: ParentId) -> None:
    tx.record(Entry(event, team_id, {"team": team_id, "deputy": parent_id}))


def who_answered(
    tx: Tx, giver_id: ParentId, *, by_link: bool, named: ParentId | None
) -> ParentId | None:
    """The deputy who spoke for a team; None for a giver who is a person. Refused for anybody else."""
    if not deputies.is_team(tx, giver_id):
        if named is not None:
            raise InvalidInput.of("answered_by", "no_team", "This adult answers for themselves.")
        return None
    who = ParentId(tx.by.subject) if by_link else named
    if who not in deputies.of_team(tx, giver_id):
        raise InvalidInput.of(
            "answered_by", "not_a_deputy", "Name the deputy who answered for the team."
        )
    return who
