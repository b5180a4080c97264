"""One complete, clear case, from which each rule's tests break one named thing."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.policy.case import CaseFile, ChildCase, HostCase
from service.policy.clearance import Clearance, clear
from service.policy.consent import ConsentEntry, ConsentKind, Purpose
from service.policy.organisation import Contacts, Hours, Organisation
from service.policy.people import (
    Authority,
    Child,
    ChildId,
    ConsentEntryId,
    HostId,
    ParentId,
    PledgeId,
    SessionId,
    StaffId,
    Tie,
)
from service.policy.presence import CheckIn, Pledge, PresenceMode
from service.policy.session import CoverMode, Session, SessionState, Span
from service.policy.staff import (
    Assignment,
    CheckScheme,
    Elsewhere,
    Evidence,
    EvidenceKind,
    StaffMember,
    TakenAs,
)

NOW = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)
STARTS = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 24, 16, 45, tzinfo=UTC)

CHILD = ChildId("child_1")
MOTHER = ParentId("parent_1")
FATHER = ParentId("parent_2")
TUTOR = StaffId("staff_tutor")
SECOND = StaffId("staff_second")

ORGANISATION = Organisation(
    name="Lantern Tuition",
    contacts=Contacts("020 7946 0000", "020 7946 0001", "copies@tuition.example"),
    zone=ZoneInfo("Europe/London"),
    domains=frozenset({"tuition.example"}),
    hours=(Hours(time(8), time(20)),) * 6 + (None,),
    policy_versions_in_force=frozenset({"v3"}),
    cover_modes=frozenset(CoverMode),
)


def a_staff_member(staff_id: StaffId, **changes: object) -> StaffMember:
    """Checked, trained, acknowledged, with an account of the organisation."""
    member = StaffMember(
        staff_id=staff_id,
        account_domain="tuition.example",
        evidence=(
            Evidence(
                EvidenceKind.BACKGROUND_CHECK,
                date(2025, 1, 1),
                date(2027, 12, 31),
                None,
                CheckScheme.DBS_ENHANCED,
            ),
            Evidence(EvidenceKind.TRAINING, date(2026, 1, 1), date(2027, 1, 1)),
            Evidence(EvidenceKind.POLICY_ACKNOWLEDGEMENT, date(2026, 1, 1), None, "v3"),
        ),
        contact_keys=frozenset({f"key-of-{staff_id}"}),
    )
    return replace(member, **changes)  # type: ignore[arg-type]


def elsewhere(
    starts_at: datetime, ends_at: datetime, taken_as: TakenAs = TakenAs.STAYING
) -> Elsewhere:
    """Another session that takes second staff: they stay in it unless said otherwise."""
    return Elsewhere(Span(starts_at, ends_at), taken_as)


def a_consent(giver: ParentId = MOTHER, **changes: object) -> ConsentEntry:
    """A yes to taking part, without end, under the policy now in force."""
    entry = ConsentEntry(
        entry_id=ConsentEntryId("consent_1"),
        child_id=CHILD,
        position=1,
        purpose=Purpose.TAKE_PART,
        giver_id=giver,
        kind=ConsentKind.GIVEN,
        at=NOW - timedelta(days=30),
        policy_version="v3",
        child_agreed=True,
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def a_visited_case(*consents: ConsentEntry, **changes: object) -> CaseFile:
    """A complete case whose room second staff only visit, and whose family agreed to that."""
    told = consents or (a_consent(says_visits=True),)
    session = a_session(cover_mode=CoverMode.VISITING)
    return a_case(**{"session": session, "children": (a_child_case(consents=told),)} | changes)


def a_pledge(**changes: object) -> Pledge:
    """The mother's promise on the terms of today."""
    pledge = Pledge(
        pledge_id=PledgeId("pledge_1"),
        child_id=CHILD,
        adult_id=MOTHER,
        terms=1,
        mode=PresenceMode.IN_THE_ROOM,
        made_at=NOW - timedelta(days=1),
    )
    return replace(pledge, **changes)  # type: ignore[arg-type]


def a_child_case(**changes: object) -> ChildCase:
    """One child with two givers, one of whom consented, named herself and pledged."""
    child = ChildCase(
        child=Child(
            CHILD,
            date(2015, 5, 5),
            (
                Tie(MOTHER, "mother", Authority.PARENTAL_RESPONSIBILITY),
                Tie(FATHER, "father", Authority.PARENTAL_RESPONSIBILITY),
            ),
            STARTS.date(),
        ),
        consents=(a_consent(),),
        nominated=frozenset({(MOTHER, MOTHER)}),
        pledges=(a_pledge(),),
        check_ins=(CheckIn(CHILD, MOTHER, 1, NOW),),
    )
    return replace(child, **changes)  # type: ignore[arg-type]


def a_session(**changes: object) -> Session:
    """A booked lesson tomorrow afternoon, inside the permitted hours."""
    session = Session(
        session_id=SessionId("session_1"),
        state=SessionState.BOOKED,
        starts_at=STARTS,
        ends_at=ENDS,
        purpose="Fractions",
        tutor_id=TUTOR,
        children=(CHILD,),
        terms=1,
        version=1,
        provider="zoom",
        host_id=HostId("host_1"),
    )
    return replace(session, **changes)  # type: ignore[arg-type]


def a_case(**changes: object) -> CaseFile:
    """A case in which nothing is missing at `NOW`."""
    case = CaseFile(
        session=a_session(),
        organisation=ORGANISATION,
        tutor=a_staff_member(TUTOR),
        children=(a_child_case(),),
        second_staff=a_staff_member(SECOND),
        assignment=Assignment(SECOND, NOW - timedelta(days=2)),
        host=HostCase(
            HostId("host_1"), "tuition.example", (a_staff_member(TUTOR), a_staff_member(SECOND))
        ),
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def a_clearance(now: datetime = NOW) -> Clearance:
    """The clearance of the complete case."""
    return clear(a_case(), now)
