"""Whom to telephone when a call must end and only people inside can end it (POL-03, POL-42, pitfall 54).

Second staff come first, as they can end the call for everybody; then the tutor; then, for each child
who may be inside, the adult who promised to be there; then other adults whom a giver named. Nobody
under a restriction is ever on the list. Whoever was reached, or is seen to have gone, goes to its end.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.policy.admission import Place
from service.policy.case import ChildCase
from service.policy.people import ChildId, ParentId
from service.policy.room import Picture
from service.policy.watched import Expected


class CalledAs(StrEnum):
    """As whom somebody is called, in the order of calling."""

    SECOND_STAFF = "second_staff"
    TUTOR = "tutor"
    PROMISED_ADULT = "promised_adult"
    OTHER_ADULT = "other_adult"


class CallOutcome(StrEnum):
    """What came of one call."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    LEFT_MESSAGE = "left_message"


_LEAVE = (
    "The lesson has to end now. Please have the child leave the call, and close it on every device."
    " Accept no other link today. We will tell you why as soon as we can."
)
WHAT_TO_SAY: Mapping[CalledAs, str] = {
    CalledAs.SECOND_STAFF: (
        "The lesson has to end now. Please end the call for everybody: choose “End meeting”, not"
        " “Leave”. Stay on the telephone until nobody is inside."
    ),
    CalledAs.TUTOR: (
        "The lesson has to end now. Please say goodbye, see that the children leave the call, and"
        " leave it yourself."
    ),
    CalledAs.PROMISED_ADULT: _LEAVE,
    CalledAs.OTHER_ADULT: _LEAVE,
}
"""The words for each call, as message ids. They give no reason and name nobody."""

TO_ANYBODY_ELSE = "Please call us back at once. We can say no more to anybody else."
"""All that is said to whoever else answers, or to a machine."""

PLACE_OF: Mapping[Place, CalledAs] = {
    Place.SECOND_STAFF: CalledAs.SECOND_STAFF,
    Place.TUTOR: CalledAs.TUTOR,
}


@dataclass(frozen=True)
class Inside:
    """Somebody who went into the call, or may have. `since` is empty once they were seen to go.

    `subject_id`: a household stands for its child.
    """

    place: Place
    subject_id: str
    since: datetime | None


@dataclass(frozen=True)
class CallMade:
    """One call, as it was noted."""

    whom: str
    outcome: CallOutcome
    at: datetime


@dataclass(frozen=True)
class Callee:
    """Somebody to call. `may_be_inside`: they, or a child of theirs, may be in the call still.

    `settled`: they were reached, or an adult of the same children was, or nobody of theirs is inside.
    """

    whom: str
    called_as: CalledAs
    children: tuple[ChildId, ...] = ()
    may_be_inside: bool = True
    settled: bool = False
    last_call: CallMade | None = None


@dataclass(frozen=True)
class CallList:
    """Whom to call, in order. `nobody_for`: children who may be inside, and no adult may be called."""

    callees: tuple[Callee, ...]
    nobody_for: tuple[ChildId, ...] = ()


# --- who may be inside ------------------------------------------------------------------------------


def who_went_in(picture: Picture, expected: Iterable[Expected]) -> tuple[Inside, ...]:
    """Everybody who was let in or was heard of, as far as they are known, in the order given.

    Whether a way in is worth anything still says nothing here: a room is emptied after it was shut.
    Whoever waits counts as inside, as people in the call can let them in.
    """
    found: dict[tuple[Place, str], Inside] = {}
    for one in expected:
        person = picture.person(one.who)
        if one.let_in_at is None and not person.stays and not person.waits:
            continue
        since = picture.in_since(one.who, one.let_in_at) or person.waiting_since
        key = (one.place, one.subject_id)
        before = found.get(key)
        found[key] = Inside(*key, _earlier(before.since if before else None, since))
    return tuple(found.values())


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def is_empty(picture: Picture, went_in: Iterable[Inside]) -> bool:
    """Whether nobody is in the call any more, neither anybody we know nor a stranger."""
    return not picture.inside and all(one.since is None for one in went_in)


# --- whom to call -----------------------------------------------------------------------------------


def call_list(
    went_in: tuple[Inside, ...], children: tuple[ChildCase, ...], calls: Iterable[CallMade]
) -> CallList:
    """Whom to call, in order, after these calls."""
    made = tuple(calls)
    since = {one.subject_id: one.since for one in went_in}
    known = {one.child.child_id: one for one in children}
    households = [ChildId(one.subject_id) for one in went_in if one.place is Place.HOUSEHOLD]
    adults = {child: adults_to_call(known[child]) for child in households if child in known}
    reached = {
        child: any(_was_reached(made, adult, since[child]) for adult, _ in adults.get(child, ()))
        for child in households
    }
    callees = [*_staff(went_in, made), *_adults(adults, since, reached, made)]
    callees.sort(key=lambda one: (one.settled, tuple(CalledAs).index(one.called_as)))
    nobody_for = tuple(
        child for child in households if since[child] is not None and not adults.get(child)
    )
    return CallList(tuple(callees), nobody_for)


def adults_to_call(case: ChildCase) -> tuple[tuple[ParentId, CalledAs], ...]:
    """The adults to call about one child: the one whose promise stands, or stood last, is with the
    child; then others who promised, or whom a giver named. None but those who may be written to."""
    promises = sorted(
        case.pledges, key=lambda one: (one.revoked_at is None, one.made_at), reverse=True
    )
    named = {adult for giver, adult in case.nominated if giver in case.child.givers}
    if case.child.is_of_age:
        named |= case.child.hearers
    in_order = dict.fromkeys([*(one.adult_id for one in promises), *sorted(named)])
    promised = {one.adult_id for one in promises}
    may_be_called = [adult for adult in in_order if adult in case.child.hearers]
    return tuple(
        (adult, CalledAs.OTHER_ADULT if place or adult not in promised else CalledAs.PROMISED_ADULT)
        for place, adult in enumerate(may_be_called)
    )


def _staff(went_in: tuple[Inside, ...], made: tuple[CallMade, ...]) -> Iterator[Callee]:
    for one in went_in:
        if one.place in PLACE_OF:
            done = one.since is None or _was_reached(made, one.subject_id, one.since)
            yield Callee(
                one.subject_id,
                PLACE_OF[one.place],
                may_be_inside=one.since is not None,
                settled=done,
                last_call=_last(made, one.subject_id),
            )


def _adults(
    adults: Mapping[ChildId, tuple[tuple[ParentId, CalledAs], ...]],
    since: Mapping[str, datetime | None],
    reached: Mapping[ChildId, bool],
    made: tuple[CallMade, ...],
) -> list[Callee]:
    """One call for each adult, whatever number of the children inside are theirs."""
    found: dict[ParentId, Callee] = {}
    for child, of_child in adults.items():
        inside = since[child] is not None
        for adult, called_as in of_child:
            one = found.get(adult) or Callee(adult, called_as, (), False, True, _last(made, adult))
            found[adult] = replace(
                one,
                called_as=min(one.called_as, called_as, key=tuple(CalledAs).index),
                children=(*one.children, child),
                may_be_inside=one.may_be_inside or inside,
                settled=one.settled and (not inside or reached[child]),
            )
    return list(found.values())


def _was_reached(made: tuple[CallMade, ...], whom: str, since: datetime | None) -> bool:
    """Whether somebody was reached since they, or the child, went in: a return begins anew."""
    return any(
        one.whom == whom
        and one.outcome is CallOutcome.REACHED
        and (since is None or since <= one.at)
        for one in made
    )


def _last(made: tuple[CallMade, ...], whom: str) -> CallMade | None:
    return max((one for one in made if one.whom == whom), key=lambda one: one.at, default=None)
