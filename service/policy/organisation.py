"""What an organisation may set for itself, and the bounds inside which it may (POL-23, POL-34)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.errors import FieldProblem
from service.policy.session import CoverMode, Span


@dataclass(frozen=True)
class Hours:
    """Permitted hours of one weekday, local time: sessions and messages start and end inside them."""

    opens: time
    closes: time


@dataclass(frozen=True)
class Bound:
    """A setting's safe range and its default, in minutes."""

    least: int
    default: int
    most: int
    meaning: str


DAY = 24 * 60
"""In minutes."""

SIX_WEEKS = 6 * 7 * DAY
"""In minutes: nobody promises further ahead, so that each occasion is one they can foresee (POL-21)."""

LATEST_AGREEMENT = timedelta(days=90)
"""How long after its publication a version of the policy may let older agreements count."""

BOUNDS = {
    "opening_window": Bound(10, 30, 24 * 60, "how long before the start a meeting may be made"),
    "late_limit": Bound(5, 15, 30, "how long after the start a session may still be opened"),
    "check_in_window": Bound(5, 20, 60, "how long before the start people may check in"),
    "host_margin": Bound(5, 15, 60, "how long a host account is kept free round a session"),
    "sighting_grace": Bound(1, 3, 5, "how soon after letting a child in the adult is sighted"),
    "end_sighting": Bound(3, 5, 15, "how long before the planned end the adult is sighted again"),
    "tap_interval": Bound(5, 10, 20, "how often an adult's second device asks for one tap"),
    "tap_grace": Bound(1, 2, 5, "how long a tap may stay out before second staff are asked"),
    "change_lock": Bound(0, 60, 24 * 60, "how long before the start only the office may change it"),
    "second_staff_gap": Bound(0, 0, 60, "how long second staff have between two rooms"),
    "missing_grace": Bound(1, 2, 3, "how long a required adult may be missing from a running room"),
    "missing_grace_sighted": Bound(1, 5, 5, "the same, while the other adult is there"),
    "visit_gap": Bound(5, 15, 15, "how soon second staff who visit rooms come again"),
    "own_word": Bound(
        3, 5, 10, "how long second staff's own word counts while we are told nothing"
    ),
    "late_grace": Bound(1, 2, 5, "how long after the start second staff may come"),
    "tutor_grace": Bound(1, 5, 10, "how long after the start the tutor may come"),
    "nobody_grace": Bound(5, 10, 20, "how long after the start a family may come"),
    "waiting_grace": Bound(1, 3, 10, "how long somebody let in may wait at the provider"),
    "overrun_grace": Bound(1, 5, 10, "how long after the planned end nobody is alerted"),
    "blind_grace": Bound(1, 3, 5, "how long we may be told nothing of a room"),
    "booking_ahead": Bound(
        SIX_WEEKS, 400 * DAY, 800 * DAY, "how far ahead a session may be booked"
    ),
    "pledge_ahead": Bound(24 * 60, SIX_WEEKS, SIX_WEEKS, "how far ahead an adult may promise"),
    "hold": Bound(DAY, 14 * DAY, SIX_WEEKS, "how long a session that is not clear keeps its time"),
    "hold_warning": Bound(
        DAY // 2, 2 * DAY, 7 * DAY, "how long before a hold ends it is warned of"
    ),
    "reminder_every": Bound(DAY, 3 * DAY, 7 * DAY, "how often a family that is silent is reminded"),
    "danger_acknowledged": Bound(5, 15, 60, "how soon a lead takes up a concern about danger now"),
    "serious_acknowledged": Bound(15, 120, 24 * 60, "how soon a lead takes up a serious concern"),
    "danger_decided": Bound(30, 60, 4 * 60, "how soon it is decided what is done about danger now"),
    "serious_decided": Bound(60, 480, 48 * 60, "how soon it is decided about a serious concern"),
    "danger_escalates": Bound(1, 2, 10, "how long until more people are told of immediate danger"),
    "urgent_escalates": Bound(2, 5, 30, "how long until more people are told of what is urgent"),
    "ordinary_escalates": Bound(60, DAY, 7 * DAY, "how long until more people hear of the rest"),
    "night_begins": Bound(18 * 60, 22 * 60, DAY - 1, "when night begins, counted from midnight"),
    "night_ends": Bound(5 * 60, 7 * 60, 10 * 60, "when night ends, counted from midnight"),
}
"""Minutes. A value outside its range is refused with the range named; none can switch a rule off."""


@dataclass(frozen=True)
class Windows:
    """The organisation's times, in minutes, each inside `BOUNDS`."""

    opening_window: int = BOUNDS["opening_window"].default
    late_limit: int = BOUNDS["late_limit"].default
    check_in_window: int = BOUNDS["check_in_window"].default
    host_margin: int = BOUNDS["host_margin"].default
    sighting_grace: int = BOUNDS["sighting_grace"].default
    end_sighting: int = BOUNDS["end_sighting"].default
    tap_interval: int = BOUNDS["tap_interval"].default
    tap_grace: int = BOUNDS["tap_grace"].default
    change_lock: int = BOUNDS["change_lock"].default
    second_staff_gap: int = BOUNDS["second_staff_gap"].default
    missing_grace: int = BOUNDS["missing_grace"].default
    missing_grace_sighted: int = BOUNDS["missing_grace_sighted"].default
    visit_gap: int = BOUNDS["visit_gap"].default
    own_word: int = BOUNDS["own_word"].default
    late_grace: int = BOUNDS["late_grace"].default
    tutor_grace: int = BOUNDS["tutor_grace"].default
    nobody_grace: int = BOUNDS["nobody_grace"].default
    waiting_grace: int = BOUNDS["waiting_grace"].default
    overrun_grace: int = BOUNDS["overrun_grace"].default
    blind_grace: int = BOUNDS["blind_grace"].default
    booking_ahead: int = BOUNDS["booking_ahead"].default
    pledge_ahead: int = BOUNDS["pledge_ahead"].default
    hold: int = BOUNDS["hold"].default
    hold_warning: int = BOUNDS["hold_warning"].default
    reminder_every: int = BOUNDS["reminder_every"].default
    danger_acknowledged: int = BOUNDS["danger_acknowledged"].default
    serious_acknowledged: int = BOUNDS["serious_acknowledged"].default
    danger_decided: int = BOUNDS["danger_decided"].default
    serious_decided: int = BOUNDS["serious_decided"].default
    danger_escalates: int = BOUNDS["danger_escalates"].default
    urgent_escalates: int = BOUNDS["urgent_escalates"].default
    ordinary_escalates: int = BOUNDS["ordinary_escalates"].default
    night_begins: int = BOUNDS["night_begins"].default
    night_ends: int = BOUNDS["night_ends"].default

    def problems(self) -> tuple[FieldProblem, ...]:
        """Every value outside its safe range."""
        return tuple(
            FieldProblem(
                f"windows.{name}",
                "out_of_bounds",
                f"Must be between {bound.least} and {bound.most} minutes ({bound.meaning}).",
            )
            for name, bound in BOUNDS.items()
            if not bound.least <= getattr(self, name) <= bound.most
        )


EMERGENCY = (
    ("A child is in danger now: police and ambulance", "999"),
    (
        "Children's services of your council",
        "https://www.gov.uk/report-child-abuse-to-local-council",
    ),
    ("NSPCC helpline, for adults who worry about a child", "0808 800 5000"),
    ("Childline, for children", "0800 1111"),
)
"""Who helps at once, in the United Kingdom; an organisation elsewhere names its own."""

INDEPENDENT = "NSPCC Whistleblowing Advice Line, 0800 028 0285"
"""Whom to tell of a concern about the leads or the management, unless the organisation names somebody."""


@dataclass(frozen=True)
class Contacts:
    """How people reach the organisation. `copies_to` is the mailbox that at least two designated
    members of staff read, where a copy of every message goes (POL-11, POL-22).

    `emergency`: who helps at once, each with a number or an https address. `independent`: whom to tell
    of a concern about the leads or the management, and how; `independent_mail` is where the alerts of
    such a concern go, and nowhere if it is empty. `management`: accounts of those who run the
    organisation or this service, so that a concern about one of them goes past the leads (POL-40).
    """

    phone: str
    safeguarding_lead: str
    copies_to: str
    guidance: tuple[str, ...] = ()
    emergency: tuple[tuple[str, str], ...] = EMERGENCY
    independent: str = INDEPENDENT
    independent_mail: str = ""
    management: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """One organisation: there is exactly one in a deployment.

    `hours` runs from Monday (0) to Sunday (6); None is a closed day. `policy_versions_in_force` are
    the versions an agreement may name to count: the newest, and those before it that asked for no
    fresh agreement since (POL-30, POL-32, POL-34). `staff_only_accounts` are accounts at a provider on
    which staff may meet without Chaperone. `accepted_checks` are the schemes whose background checks
    count; if none are named, every scheme but a basic one. `cover_modes` are those that the lead has
    adopted, `second_staff_rooms` how many rooms one person may visit (POL-03). `rehearsal`: no meeting
    is made for a family that has not switched over, and messages to it are held unless
    `rehearsal_messages`. `review_warning_days` is how long before the policy's review date people are
    warned. `middle_sighting`: each child's adult is sighted halfway as well, not at start and end alone.
    """

    name: str
    contacts: Contacts
    zone: ZoneInfo
    domains: frozenset[str]
    hours: tuple[Hours | None, ...]
    closed_days: frozenset[date] = frozenset()
    policy_versions_in_force: frozenset[str] = frozenset()
    windows: Windows = Windows()
    second_staff_rooms: int = 1
    cover_modes: frozenset[CoverMode] = frozenset({CoverMode.THROUGHOUT})
    accepted_checks: frozenset[str] = frozenset()
    staff_only_accounts: frozenset[str] = frozenset()
    rehearsal: bool = False
    rehearsal_messages: bool = False
    review_warning_days: int = 30
    middle_sighting: bool = True

    def is_open_throughout(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether both instants fall inside the permitted hours of one open local day (POL-23)."""
        starts, ends = starts_at.astimezone(self.zone), ends_at.astimezone(self.zone)
        hours = self.hours[starts.weekday()]
        if hours is None or starts.date() in self.closed_days or starts.date() != ends.date():
            return False
        return hours.opens <= starts.time() and ends.time() <= hours.closes

    def minutes(self, name: str) -> timedelta:
        """One of the organisation's times, by its name in `BOUNDS`."""
        return timedelta(minutes=getattr(self.windows, name))

    def opens_at(self, starts_at: datetime) -> datetime:
        """When a meeting for a session that starts then may first be made."""
        return starts_at - timedelta(minutes=self.windows.opening_window)

    def lapses_at(self, starts_at: datetime) -> datetime:
        """From when a session that is still not open can no longer take place."""
        return starts_at + timedelta(minutes=self.windows.late_limit)

    def check_in_opens_at(self, starts_at: datetime) -> datetime:
        """When people may first say that they are there."""
        return starts_at - timedelta(minutes=self.windows.check_in_window)

    def changes_lock_at(self, starts_at: datetime) -> datetime:
        """From when tutors and programs may no longer change a session; safer changes always may."""
        return starts_at - timedelta(minutes=self.windows.change_lock)

    def may_promise_from(self, starts_at: datetime) -> datetime:
        """From when an adult may be asked for a promise, and give it."""
        return starts_at - timedelta(minutes=self.windows.pledge_ahead)

    def with_second_staff_gap(self, span: Span) -> Span:
        """The span with the time on both sides in which second staff may have no other room."""
        gap = timedelta(minutes=self.windows.second_staff_gap)
        return Span(span.starts_at - gap, span.ends_at + gap)

    def night_until(self, instant: datetime) -> datetime | None:
        """When the night of this instant is over; None if it is day. It is day while we are open."""
        local = instant.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        is_late = minute >= self.windows.night_begins
        if self.is_open_throughout(instant, instant) or not (
            is_late or minute < self.windows.night_ends
        ):
            return None
        morning = local.date() + timedelta(days=1 if is_late else 0)
        ends = time(*divmod(self.windows.night_ends, 60))
        over = datetime.combine(morning, ends, self.zone).astimezone(UTC)
        return min(over, next_opening(self, instant))

    def local_day(self, instant: datetime) -> date:
        """The calendar day of an instant where the organisation is."""
        return instant.astimezone(self.zone).date()


def next_opening(organisation: Organisation, instant: datetime) -> datetime:
    """The first instant from the given one on at which ordinary messages may go out (POL-23).

    If no hour of the coming year is open, answers a year later rather than never.
    """
    local = instant.astimezone(organisation.zone)
    for ahead in range(366):
        day = local.date() + timedelta(days=ahead)
        hours = organisation.hours[day.weekday()]
        if hours is None or day in organisation.closed_days:
            continue
        opens = datetime.combine(day, hours.opens, organisation.zone)
        closes = datetime.combine(day, hours.closes, organisation.zone)
        if local <= opens:
            return opens.astimezone(UTC)
        if local <= closes:
            return instant
    return instant + timedelta(days=366)


BEFORE_CLOSING = timedelta(hours=1)


def last_opening(
    organisation: Organisation, instant: datetime, *, after: datetime
) -> datetime | None:
    """The last instant up to the given one at which ordinary messages may go out, an hour before the
    organisation closes at the latest; None unless it lies behind `after` (POL-23)."""
    local, day = instant.astimezone(organisation.zone), after.astimezone(organisation.zone).date()
    for back in range((local.date() - day).days + 1):
        on = local.date() - timedelta(days=back)
        hours = organisation.hours[on.weekday()]
        if hours is None or on in organisation.closed_days:
            continue
        opens = datetime.combine(on, hours.opens, organisation.zone).astimezone(UTC)
        closes = datetime.combine(on, hours.closes, organisation.zone).astimezone(UTC)
        found = min(instant, max(opens, closes - BEFORE_CLOSING))
        if found >= opens:
            return found if found > after else None
    return None
