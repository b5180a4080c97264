"""Whom an open alert reaches, how, and when next, until somebody says that they are on it (POL-11).

1. First the first two on duty, in the order of the rota; where fewer are on duty, also the mailbox
   that two designated people read, and with nobody on duty the safeguarding lead's number.
2. Then everybody on duty.
3. Then also the leads and deputies who are off duty, by e-mail alone: nobody off duty is ever rung.

Whoever is on duty is rung again at every later step. At night only immediate danger reaches anybody;
the rest of what is urgent waits for the morning, and what is ordinary, or over, for office hours.
Whoever an alert may be about is left out. An alert about a concern goes to no shared mailbox: it goes
to leads off duty at once, or to the independent contact alone; and at whatever hour by e-mail, which
rings nobody (POL-40). The clock is ours alone, never a provider's (pitfall 38).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.policy.alerting import Urgency
from service.policy.duty_rota import ENOUGH, Channel, Designated, Standing
from service.policy.organisation import Organisation, next_opening
from service.policy.people import StaffId

NEWS_AGAIN_AFTER = timedelta(minutes=5)
"""What was over for as long is news when it comes back; what flickers faster is the same spell."""

QUICK_STEPS = {Urgency.IMMEDIATE_DANGER: 30, Urgency.URGENT: 6, Urgency.ORDINARY: 2}
"""How many steps follow each other at the organisation's pace."""

SLOWER = 15
"""From then on people are rung so many times less often, but never no more: only an answer ends it.
What is ordinary is not told again."""

WIDEN_AT = {Urgency.IMMEDIATE_DANGER: 3, Urgency.URGENT: 3, Urgency.ORDINARY: 2}
"""From which step on leads and deputies hear of it who are off duty."""

FAILED_FOR = timedelta(minutes=15)
"""How long a way to somebody that failed is left out before it is tried again."""


class Contact(StrEnum):
    """What the organisation has on or off duty: a mailbox that two people read, the lead's number, and
    the mailbox of whoever hears of concerns about the leads."""

    COPIES_TO = "copies_to"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    INDEPENDENT = "independent"


SHARED = frozenset({Contact.COPIES_TO, Contact.SAFEGUARDING_LEAD})
OF_THE_LEADS = frozenset({Contact.SAFEGUARDING_LEAD})
PAST_THE_LEADS = frozenset({Contact.INDEPENDENT})
"""Which contacts may hear of an alert: of most; of a concern; of a concern about a lead (POL-40)."""


Recipient = StaffId | Contact


@dataclass(frozen=True)
class Reach:
    """One notice to one recipient by one channel. It is written once for each step it names."""

    to: Recipient
    channel: Channel
    step: int


@dataclass(frozen=True)
class Open:
    """An alert nobody is on. `about`: whom of the staff it may be about. `failed`: the ways to people
    that did not work a moment ago. `contacts`: which of the organisation's may hear of it.
    `at_any_hour`: it is written of at once, also while nobody is rung."""

    urgency: Urgency
    rings_since: datetime
    is_over: bool = False
    about: frozenset[str] = frozenset()
    failed: frozenset[tuple[str, Channel]] = frozenset()
    contacts: frozenset[Contact] = SHARED
    at_any_hour: bool = False

    @property
    def presses(self) -> Urgency:
        """How soon people must look now."""
        return Urgency.ORDINARY if self.is_over else self.urgency


@dataclass(frozen=True)
class Reachable:
    """The designated people: those on duty in their order, and all others."""

    on_duty: tuple[Designated, ...] = ()
    off_duty: tuple[Designated, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Whom to reach now, and when to look again; never, if that is None. Step 0: nobody is rung
    yet."""

    step: int
    reaches: tuple[Reach, ...]
    look_again_at: datetime | None
    nobody_on_duty: bool = False


def rings_again(over_since: datetime, now: datetime) -> bool:
    """Whether what was over since then, and holds again now, is to be brought to people anew, even if
    somebody was on it before."""
    return now - over_since >= NEWS_AGAIN_AFTER


def plan(alert: Open, people: Reachable, organisation: Organisation, now: datetime) -> Plan:
    """What to do about an alert at this instant, as long as nobody is on it."""
    urgency = alert.presses
    allowed_at = _from_when(urgency, organisation, now)
    if allowed_at > now:
        return Plan(0, tuple(_quietly(alert, people)), allowed_at)
    begun_at = _from_when(urgency, organisation, alert.rings_since)
    step, next_after = _step(urgency, _pace(urgency, organisation), now - begun_at)
    look_again_at = None if next_after is None else begun_at + next_after
    reaches = dict.fromkeys(_reaches(alert, people, step))
    return Plan(step, tuple(reaches), look_again_at, nobody_on_duty=not people.on_duty)


def _from_when(urgency: Urgency, organisation: Organisation, at: datetime) -> datetime:
    """The first instant from the given one on at which such an alert may reach anybody."""
    if urgency is Urgency.IMMEDIATE_DANGER:
        return at
    if urgency is Urgency.URGENT:
        return organisation.night_until(at) or at
    return next_opening(organisation, at)


def _pace(urgency: Urgency, organisation: Organisation) -> timedelta:
    windows = organisation.windows
    minutes = {
        Urgency.IMMEDIATE_DANGER: windows.danger_escalates,
        Urgency.URGENT: windows.urgent_escalates,
        Urgency.ORDINARY: windows.ordinary_escalates,
    }
    return timedelta(minutes=minutes[urgency])


def _step(urgency: Urgency, pace: timedelta, gone: timedelta) -> tuple[int, timedelta | None]:
    """Which step it is so long after the first, and after how long the next one comes."""
    quick = QUICK_STEPS[urgency]
    done = max(gone, timedelta(0)) // pace
    if urgency is Urgency.ORDINARY and done >= quick - 1:
        return quick, None
    if done < quick:
        return done + 1, (done + 1) * pace
    slow = (gone - quick * pace) // (SLOWER * pace)
    return quick + 1 + slow, quick * pace + (slow + 1) * SLOWER * pace


# --- whom, and how --------------------------------------------------------------------------------


def _reaches(alert: Open, people: Reachable, step: int) -> Iterator[Reach]:
    urgency = alert.presses
    others = [one for one in people.on_duty if one.staff_id not in alert.about]
    reachable = [one for one in others if _works(alert, one)]
    for person in reachable[:ENOUGH] if step == 1 else others:
        yield Reach(person.staff_id, Channel.PAGE, 1)
        for channel in _channels(alert, person, step):
            yield Reach(person.staff_id, channel, step)
    widened, too_few = step >= WIDEN_AT[urgency], len(reachable) < ENOUGH
    if widened or (too_few and Contact.COPIES_TO not in alert.contacts):
        yield from _off_duty(alert, people)
    if widened or too_few:
        yield from _mailboxes(alert)
    if urgency is not Urgency.ORDINARY and (widened or not reachable):
        yield from _number(alert, WIDEN_AT[urgency] if reachable else step)


def _quietly(alert: Open, people: Reachable) -> Iterator[Reach]:
    """Before anybody may be rung: a letter to each lead, or to the independent contact."""
    if alert.at_any_hour:
        for person in (*people.on_duty, *people.off_duty):
            if person.staff_id not in alert.about:
                yield Reach(person.staff_id, Channel.EMAIL, 1)
        yield from _mailboxes(alert)


def _off_duty(alert: Open, people: Reachable) -> Iterator[Reach]:
    for person in people.off_duty:
        if person.standing is not Standing.COORDINATOR and person.staff_id not in alert.about:
            yield Reach(person.staff_id, Channel.EMAIL, 1)


def _mailboxes(alert: Open) -> Iterator[Reach]:
    for contact in (Contact.COPIES_TO, Contact.INDEPENDENT):
        if contact in alert.contacts:
            yield Reach(contact, Channel.EMAIL, 1)


def _number(alert: Open, step: int) -> Iterator[Reach]:
    if Contact.SAFEGUARDING_LEAD in alert.contacts:
        yield Reach(Contact.SAFEGUARDING_LEAD, Channel.SMS, step)


def _ways(person: Designated) -> list[Channel]:
    """The person's own channels in their order; everybody has an organisation account as the last."""
    own: list[Channel] = [way for way in person.channels if way is not Channel.PAGE]
    return own if Channel.EMAIL in own else [*own, Channel.EMAIL]


def _works(alert: Open, person: Designated) -> bool:
    return bool(_channels(alert, person, 1))


def _channels(alert: Open, person: Designated, step: int) -> list[Channel]:
    """In danger every way at once, else first the one they named first; what is ordinary never rings."""
    working = [way for way in _ways(person) if (person.staff_id, way) not in alert.failed]
    match alert.presses:
        case Urgency.IMMEDIATE_DANGER:
            return working
        case Urgency.URGENT:
            return working[:1] if step == 1 else working
        case _:
            return [way for way in working if way is Channel.EMAIL]
