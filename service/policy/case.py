"""A case: one session with everything a decision may look at, frozen at one instant."""

from dataclasses import dataclass
from datetime import datetime

from service.policy.consent import (
    ConsentEntry,
    Purpose,
    Resolution,
    is_decided_against,
    live_consent,
    never_invalidated,
    open_refusals,
    standing,
    without_a_yes_through,
)
from service.policy.organisation import Organisation
from service.policy.people import Child, HostId, ParentId, StaffId
from service.policy.presence import CheckIn, Departure, Pledge, SecondDevice, Sighting
from service.policy.session import Session, Span
from service.policy.staff import Assignment, Elsewhere, StaffMember


@dataclass(frozen=True)
class ChildCase:
    """What is recorded about one child for this session.

    `nominated` are the adults whom each giver named to be the present one. `kin` are the child's
    records and whoever is or ever was on one of them, under any record of theirs; `adult_keys` are
    digests of their contacts, and of the contacts of the `speakers`, who answer or answered for a team
    there.
    `promised_elsewhere` are the standing promises of this child's adults for other sessions at the
    same time. `handed_on`: the way in is with the child's own device.
    `tutor_ids` are the tutor of the session, under whichever entries of the register they took
    something down (pitfalls 13 and 28). `at_work` is for what this child's adults are taken as members of
    staff, who may be them, at the same time.
    """

    child: Child
    consents: tuple[ConsentEntry, ...] = ()
    nominated: frozenset[tuple[ParentId, ParentId]] = frozenset()
    pledges: tuple[Pledge, ...] = ()
    promised_elsewhere: tuple[Pledge, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    kin: frozenset[str] = frozenset()
    adult_keys: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    rehearsing: bool = False
    resolutions: tuple[Resolution, ...] = ()
    second_device: SecondDevice | None = None
    departures: tuple[Departure, ...] = ()
    handed_on: bool = False
    tutor_ids: frozenset[StaffId] = frozenset()
    at_work: tuple[tuple[ParentId, Elsewhere], ...] = ()

    @property
    def words(self) -> tuple[ConsentEntry, ...]:
        """The ledger as it counts for this session: no tutor takes down a yes for themselves."""
        return without_a_yes_through(self.tutor_ids, self.consents)

    @property
    def refusals(self) -> tuple[ConsentEntry, ...]:
        """Every no to taking part that stands and that nobody has settled (pitfall 1)."""
        return open_refusals(self.words, Purpose.TAKE_PART, self.child.deciders, self.resolutions)

    @property
    def is_decided_against(self) -> bool:
        """Whether the safeguarding lead decided that the consent does not stand."""
        return is_decided_against(Purpose.TAKE_PART, self.resolutions)

    @property
    def has_agreed(self) -> bool:
        """Whether the child itself said yes to the rules for children, with any parent's answer to
        taking part; what came with an answer that was never right does not count."""
        return any(word.child_agreed for word in self._never_invalidated)

    @property
    def has_agreed_to_visits(self) -> bool:
        """The same, to words that say that second staff may come and go (POL-03)."""
        return any(word.child_agreed and word.says_visits for word in self._never_invalidated)

    @property
    def _never_invalidated(self) -> tuple[ConsentEntry, ...]:
        return never_invalidated(self.words, Purpose.TAKE_PART)

    def consent_until(self, instant: datetime) -> ConsentEntry | None:
        """The consent to take part that a clearance can rest on, if any."""
        return live_consent(self.words, Purpose.TAKE_PART, self.child.givers, instant)

    def rests_on_the_tutor(self, instant: datetime) -> bool:
        """Whether there would be a consent, had not the session's tutor taken it down."""
        said = live_consent(self.consents, Purpose.TAKE_PART, self.child.givers, instant)
        return said is not None and self.consent_until(instant) is None

    def was_named(self, adult_id: ParentId) -> bool:
        """Whether a giver with authority has named this adult, whatever became of the giver's own yes:
        who was there may still call, leave, and say how it was."""
        if adult_id not in self.child.adults or adult_id in self.child.barred:
            return False
        return any((giver, adult_id) in self.nominated for giver in self.child.givers)

    def may_be_present(self, adult_id: ParentId, until: datetime) -> bool:
        """Whether a giver names this adult whose own word is a yes until then: no word that was taken
        back, refused or never right names anybody (POL-02, pitfall 16)."""
        words = standing(self.words, Purpose.TAKE_PART, self.child.givers)
        agreeing = {word.giver_id for word in words if word.is_live_until(until)}
        by_them = any((giver, adult_id) in self.nominated for giver in agreeing)
        return by_them and self.was_named(adult_id)

    def to_ask(self, until: datetime) -> tuple[ParentId, ...]:
        """The adults who may be present until then, and may be written to."""
        named = {adult for _, adult in self.nominated} & self.child.hearers
        return tuple(adult for adult in sorted(named) if self.may_be_present(adult, until))

    def pledge_for(self, session: Session) -> Pledge | None:
        """The newest promise that counts: on today's terms, by an adult a giver named, and not taken down
        by the tutor."""
        for pledge in sorted(self.pledges, key=lambda pledge: pledge.made_at, reverse=True):
            if not pledge.holds_for(session.terms) or pledge.taken_down_by in self.tutor_ids:
                continue
            if self.may_be_present(pledge.adult_id, session.ends_at):
                return pledge
        return None

    def pledged_to_the_tutor(self, session: Session) -> tuple[Pledge, ...]:
        """The promises on today's terms that count for nothing, since the tutor took them down."""
        promised = (one for one in self.pledges if one.holds_for(session.terms))
        return tuple(one for one in promised if one.taken_down_by in self.tutor_ids)

    def waits_for_a_yes(self, session: Session) -> bool:
        """Whether a promise on today's terms would count, if only the giver who named its adult agreed."""
        promised = [one for one in self.pledges if one.holds_for(session.terms)]
        return any(self.was_named(one.adult_id) for one in promised)

    def is_at_work(self, pledge: Pledge) -> bool:
        """Whether whoever promised had another room already, by their own yes or as its tutor."""
        rooms = (room for adult_id, room in self.at_work if adult_id == pledge.adult_id)
        return any(room.since is None or room.since <= pledge.made_at for room in rooms)

    def here_since(self, adult_id: ParentId, session: Session) -> datetime | None:
        """Since when an adult has been there by their own word, on today's terms; None if they never
        said so, or left since (pitfall 15)."""
        said = [
            one.at
            for one in self.check_ins
            if one.adult_id == adult_id
            and one.terms == session.terms
            and one.taken_down_by not in self.tutor_ids
        ]
        left = [one.at for one in self.departures if one.adult_id == adult_id]
        newest = max(said, default=None)
        if newest is None or (left and max(left) >= newest):
            return None
        return newest

    def adult_left_at(self, session: Session) -> datetime | None:
        """When the adult whose promise counts left; None if they are there, or never were."""
        pledge = self.pledge_for(session)
        if pledge is None or self.here_since(pledge.adult_id, session) is not None:
            return None
        left = [one.at for one in self.departures if one.adult_id == pledge.adult_id]
        return max(left, default=None)

    def is_family(self, member: StaffMember) -> bool:
        """Whether the member of staff is family of this child, by declaration or by contact: of whoever
        is or was on its record, since a father stays one when he is taken off it (pitfall 9)."""
        if not member.relations.isdisjoint(self._own_people):
            return True
        if not member.contact_keys.isdisjoint(self.adult_keys):
            return True
        return not member.adults.isdisjoint(self.kin | self.speakers)

    def is_connected(self, member: StaffMember) -> bool:
        """Whether this family's employer, friend or neighbour is on the staff, and no lead has
        accepted that (pitfall 10)."""
        return not member.connections.isdisjoint(self._own_people)

    @property
    def _own_people(self) -> frozenset[str]:
        return self.kin | {self.child.child_id, *self.child.adults}


@dataclass(frozen=True)
class HostCase:
    """The host account for the session: is it ours to use, and who can get at it (POL-10, POL-12).

    `active_custodians` are neither suspended nor gone. `provider_out`: somebody found the account's
    provider out of order (pitfall 55).
    """

    host_id: HostId
    account_domain: str
    active_custodians: tuple[StaffMember, ...]
    withdrawn: bool = False
    provider_out: bool = False


@dataclass(frozen=True)
class Override:
    """A named sub-rule set aside for one session by the safeguarding lead, with reason and end.

    `lead` is whoever did that as the register has them now, if it does.
    """

    code: str
    by: StaffId
    reason: str
    expires_at: datetime
    lead: StaffMember | None = None

    def covers(self, code: str, at: datetime) -> bool:
        """Whether it sets this blocker aside at the instant."""
        return code == self.code and at < self.expires_at


@dataclass(frozen=True)
class CaseFile:
    """One session and everything that bears on it. Decided per child; see `rules.RULES`.

    `second_staff_at_home` are the promises for children in other sessions at the same time by whoever may
    be the second member of staff. `acceptance_taken_by` is who put their yes on record, if another.
    """

    session: Session
    organisation: Organisation
    tutor: StaffMember
    children: tuple[ChildCase, ...]
    second_staff: StaffMember | None = None
    assignment: Assignment | None = None
    acceptance_taken_by: StaffMember | None = None
    second_staff_elsewhere: tuple[Elsewhere, ...] = ()
    second_staff_away: tuple[Span, ...] = ()
    second_staff_at_home: tuple[Pledge, ...] = ()
    hand_over: "HandOver | None" = None
    host: HostCase | None = None
    overrides: tuple[Override, ...] = ()

    @property
    def span(self) -> Span:
        """The planned time."""
        return Span(self.session.starts_at, self.session.ends_at)

    @property
    def is_accepted_by_tutor(self) -> bool:
        """Whether the session's own tutor put second staff's yes on record: it counts for nothing."""
        taker = self.acceptance_taken_by
        return taker is not None and taker.same_person_as(self.tutor)

    def is_staffed_by(self, staff_id: str, entry: StaffMember | None) -> bool:
        """Whether the person is tutor or second staff, under whichever entry of the register (pitfall
        28). Somebody without an entry is known by the id alone."""
        there = [self.tutor, *([self.second_staff] if self.second_staff else [])]
        return any(
            staff_id == one.staff_id or (entry is not None and entry.same_person_as(one))
            for one in there
        )


@dataclass(frozen=True)
class HandOver:
    """Second staff changes during a call: `case` is the same one with the newcomer in that part.

    The newcomer is in before the other leaves, or the gap is measured (pitfall 24).
    """

    hand_over_id: str
    case: CaseFile
    asked_at: datetime
    admitted_at: datetime | None = None

    @property
    def newcomer(self) -> StaffId | None:
        """Who takes over."""
        return self.case.second_staff.staff_id if self.case.second_staff else None
