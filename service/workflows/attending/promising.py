"""One action, several promises: every coming occasion of a child listed, each removable (POL-21)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import Conflict, InvalidInput, NotFound
from service.policy.case import ChildCase
from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, PledgeId, SessionId, StaffId
from service.policy.presence import PresenceMode
from service.policy.session import BEFORE_LIVE, Span
from service.store.attending import presence
from service.store.consents import consent
from service.store.families import people
from service.store.inspection import listings
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Reader, Tx
from service.workflows.attending.presence import MakePledge, promise, spoken_by_adult
from service.workflows.consents import asking
from service.workflows.consents.taking_down import confirm_word


@dataclass(frozen=True)
class Occasion:
    """One session on the terms the adult was shown."""

    session_id: SessionId
    terms: int


@dataclass(frozen=True)
class MakePledges:
    """A present adult promises to be there on several occasions, each listed and chosen (POL-21)."""

    occasions: tuple[Occasion, ...]
    child_id: ChildId
    adult_id: ParentId
    mode: PresenceMode
    route: Route
    evidence: str | None = None


def make_pledges(tx: Tx, command: MakePledges) -> PledgeId:
    """Store one promise for each occasion, all or none; those that stand already stay. Answers the
    first. Refused while an occasion lies too far ahead or has changed since it was shown: the adult then
    sees the list anew. Each occasion is asked about again at its check-in.
    """
    if not command.occasions:
        raise InvalidInput.of("occasions", "missing", "Choose at least one session.")
    recorded_by = spoken_by_adult(tx, command.adult_id, command.route, command.evidence)
    ids = tuple(dict.fromkeys(occasion.session_id for occasion in command.occasions))
    cases.hold(tx, ids, Held(parents=frozenset({command.adult_id})))
    found = [_promise_one(tx, command, occasion, recorded_by) for occasion in command.occasions]
    made = [pledge_id for pledge_id in found if pledge_id is not None]
    if not made:
        raise Conflict("This promise stands already.", code="pledged")
    if recorded_by is not None:
        first = sessions.get(tx, ids[0])
        link = asking.session_link(tx, first, command.child_id, command.adult_id)
        word = "promise to be present"
        if len(made) > 1:
            word += f" at {len(made)} sessions"
        confirm_word(tx, command.adult_id, command.child_id, word, link)
    sessions.touch(tx, ids)
    return made[0]


def _promise_one(
    tx: Tx, command: MakePledges, occasion: Occasion, recorded_by: StaffId | None
) -> PledgeId | None:
    case = cases.load(tx, occasion.session_id)
    if tx.now < case.organisation.may_promise_from(case.session.starts_at):
        raise Conflict("A session is too far ahead to promise for it now.", code="too_far_ahead")
    one = MakePledge(
        occasion.session_id, command.child_id, command.adult_id, occasion.terms, command.mode,
        command.route, command.evidence,
    )  # fmt: skip
    try:
        return promise(tx, case, one, recorded_by)
    except Conflict as error:
        if error.code != "pledged":
            raise
        return None


@dataclass(frozen=True)
class Coming:
    """A coming session of a child, as an adult is asked about it. `promised`: on its terms of now."""

    session_id: SessionId
    terms: int
    starts_at: datetime
    ends_at: datetime
    purpose: str
    promised: bool
    elsewhere: bool


def coming_of(reader: Reader, child_id: ChildId, adult_id: ParentId) -> tuple[Coming, ...]:
    """The child's sessions for which this adult may promise now, in the order in which they start.

    `elsewhere` marks those at a time for which the adult has promised for another session already:
    they are to be agreed to one by one. `NotFound` unless a giver has named the adult; left out are the
    sessions that outlast the giver's own yes.
    """
    child = people.children(reader, (child_id,)).get(child_id)
    if child is None:
        raise NotFound
    said = consent.ledgers(reader, (child_id,))[child_id]
    named = consent.nominated(reader, (child_id,))[child_id]
    family = ChildCase(child, consents=said, nominated=named)
    if not family.was_named(adult_id):
        raise NotFound
    horizon = reader.now + timedelta(minutes=reader.house.organisation.windows.pledge_ahead)
    found = listings.coming_of_child(reader, child_id, Span(reader.now, horizon))
    given = presence.promised_by(reader, adult_id, Span(reader.now, horizon))
    return tuple(
        Coming(
            one.session_id,
            one.terms,
            one.starts_at,
            one.ends_at,
            one.purpose,
            any((one.session_id, child_id) == (each.session_id, each.child_id) for each in given),
            any(
                each.session_id != one.session_id
                and each.span.overlaps(Span(one.starts_at, one.ends_at))
                for each in given
            ),
        )
        for one in found
        if one.state in BEFORE_LIVE
        and one.purpose.strip()
        and family.may_be_present(adult_id, one.ends_at)
    )
