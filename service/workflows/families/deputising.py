"""A giver may be a team, like a council's duty team: its deputies answer for it in their own names.

The team has the say; a yes names the deputy who spoke. A team has no PIN and no link of its own. Only a
giver by a paper can be one: no parent, and nobody who ever answered in their own name.
"""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.consent import NO_KINDS, ConsentKind
from service.policy.people import DOCUMENTED, OWN, ParentId
from service.store.attending import presence
from service.store.consents import consent
from service.store.families import deputies, kin, links, people
from service.store.transactions import Tx
from service.workflows.consents.teaching import teaches
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.who_may import must_be_a_person


@dataclass(frozen=True)
class NameDeputy:
    """Somebody on record answers for a team from now on."""

    team_id: ParentId
    parent_id: ParentId


def name_deputy(tx: Tx, command: NameDeputy) -> ParentId:
    """Let somebody answer for a team; the record is a team from its first deputy on."""
    must_be_a_person(tx.by)
    if not people.has_parent(tx, command.team_id):
        raise NotFound
    affected = falling.hold_sessions_round(tx, command.team_id, command.parent_id)
    _must_be_an_office(tx, command.team_id)
    if not people.has_parent(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "unknown", "There is no such parent.")
    if command.parent_id == command.team_id or deputies.is_team(tx, command.parent_id):
        raise InvalidInput.of("parent_id", "is_a_team", "A deputy is a person.")
    _must_stand_apart(tx, command)
    must_not_be_family(
        tx, command.team_id, command.parent_id, instead="Another colleague must name them"
    )
    if deputies.insert(tx, command.team_id, command.parent_id) is not None:
        raise Conflict("This person answers for the team already.", code="is_deputy")
    links.revoke_of_parent(tx, command.team_id)  # from now on only people open pages
    _note(tx, Event.DEPUTY_NAMED, command.team_id, command.parent_id)
    falling.decide_again(tx, affected)  # the deputy may be on the staff of a session
    return command.team_id


def _must_be_an_office(tx: Tx, team_id: ParentId) -> None:
    """Whoever has a say of their own, or ever spoke for themselves, is a person and no team."""
    authorities = {
        tie.authority
        for child in people.children(tx, people.children_of(tx, team_id)).values()
        for tie in child.ties
        if tie.parent_id == team_id
    }
    is_giver = not authorities.isdisjoint(DOCUMENTED) and authorities.isdisjoint(OWN)
    if not is_giver or (not deputies.is_team(tx, team_id) and _spoke_for_themselves(tx, team_id)):
        raise Conflict(
            "Only a giver by order or delegation who never answered in their own name can be a team.",
            code="not_a_team",
        )


def _spoke_for_themselves(tx: Tx, parent_id: ParentId) -> bool:
    promised_at = presence.newest_promise_at(tx, parent_id)
    return promised_at is not None or consent.has_spoken(tx, parent_id)


def _must_stand_apart(tx: Tx, command: NameDeputy) -> None:
    """Nobody speaks for an office about a child for whom they speak themselves, or whom they teach: no
    tutor rests on their own yes (pitfall 9)."""
    children = people.children_of(tx, command.team_id)
    known = people.children(tx, children)
    if any(command.parent_id in child.deciders for child in known.values()):
        raise InvalidInput.of("parent_id", "has_a_say", "This adult answers for themselves.")
    same = kin.sharing_contacts(tx, {command.parent_id})
    if any(teaches(tx, staff_id, child_id) for staff_id in same for child_id in children):
        raise InvalidInput.of(
            "parent_id", "is_the_tutor", "The child's tutor answers for no giver."
        )


@dataclass(frozen=True)
class EndDeputy:
    """Somebody answers for a team no more."""

    team_id: ParentId
    parent_id: ParentId


def end_deputy(tx: Tx, command: EndDeputy) -> ParentId:
    """End it; what they said for the team stands, as the team's word. Their links about its children die."""
    must_be_a_person(tx.by)
    affected = falling.hold_sessions_round(tx, command.team_id, command.parent_id)
    if not deputies.end(tx, command.team_id, command.parent_id):
        raise NotFound
    for child_id in people.children_of(tx, command.team_id):
        links.revoke_of_parent(tx, command.parent_id, child_id)
    _note(tx, Event.DEPUTY_ENDED, command.team_id, command.parent_id)
    falling.decide_again(tx, affected)
    return command.team_id


def _note(tx: Tx, event: Event, team_id: ParentId, parent_id: ParentId) -> None:
    tx.record(Entry(event, team_id, {"team": team_id, "deputy": parent_id}))


def who_answered(
    tx: Tx, giver_id: ParentId, kind: ConsentKind, *, by_link: bool, named: ParentId | None
) -> ParentId | None:
    """The deputy who spoke for a team; None for a giver who is a person. A yes needs a deputy; a no is
    taken down from whoever speaks for the office, named or not. Refused for anybody else."""
    if not deputies.is_team(tx, giver_id):
        if named is not None:
            raise InvalidInput.of("answered_by", "no_team", "This adult answers for themselves.")
        return None
    if kind in NO_KINDS and named is None and not by_link:
        return None
    who = ParentId(tx.by.subject) if by_link else named
    if who not in deputies.of_team(tx, giver_id):
        raise InvalidInput.of(
            "answered_by", "not_a_deputy", "Name the deputy who answered for the team."
        )
    return who
