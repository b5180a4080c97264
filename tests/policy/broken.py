"""Cases in which one named thing is broken, by the rule that must notice it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from service.policy.case import CaseFile, HostCase
from service.policy.clearance import outstanding
from service.policy.consent import Basis, ConsentEntry, ConsentKind, Purpose, Resolution
from service.policy.organisation import Windows
from service.policy.people import HostId, StaffId
from service.policy.rules import Stage
from service.policy.session import CoverMode, Span
from service.policy.staff import (
    Assignment,
    CheckScheme,
    Elsewhere,
    Evidence,
    EvidenceKind,
    StaffMember,
    TakenAs,
)
from tests.builders import (
    CHILD,
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    ORGANISATION,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_child_case,
    a_consent,
    a_pledge,
    a_session,
    a_staff_member,
    a_visited_case,
    elsewhere,
)

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Broken:
    """A case with one thing broken: the rule that says so, and the code it says."""

    rule: str
    code: str
    case: CaseFile


def named(broken: Broken) -> str:
    """What a case is called in a run of tests."""
    return f"{broken.rule}-{broken.code}"


def codes(case: CaseFile, stage: Stage = Stage.OPEN) -> list[str]:
    """What stands in the way of a case, by code."""
    return [blocker.code for blocker in outstanding(case, stage, NOW).everything]


def saying(*entries: ConsentEntry) -> CaseFile:
    """The complete case with this ledger of consents."""
    return a_case(children=(a_child_case(consents=entries),))


def without(member: StaffMember, kind: EvidenceKind) -> StaffMember:
    """The member of staff without one kind of evidence."""
    return replace(member, evidence=tuple(one for one in member.evidence if one.kind is not kind))


def checked_by(
    staff_id: StaffId, scheme: CheckScheme | None, until: date | None = date(2027, 12, 31)
) -> StaffMember:
    """The member of staff with a background check by that scheme alone."""
    member = without(a_staff_member(staff_id), EvidenceKind.BACKGROUND_CHECK)
    check = Evidence(EvidenceKind.BACKGROUND_CHECK, date(2026, 1, 1), until, scheme=scheme)
    return replace(member, evidence=(*member.evidence, check))


def trained_until(staff_id: StaffId, day: date | None) -> StaffMember:
    """The member of staff with a training that ends on the day."""
    member = without(a_staff_member(staff_id), EvidenceKind.TRAINING)
    training = Evidence(EvidenceKind.TRAINING, date(2026, 1, 1), day)
    return replace(member, evidence=(*member.evidence, training))


def hosted(
    domain: str = "tuition.example",
    *custodians: StaffMember,
    withdrawn: bool = False,
    out: bool = False,
) -> CaseFile:
    """The complete case on another host account."""
    host = HostCase(HostId("host_1"), domain, custodians, withdrawn, out)
    return a_case(host=host)


def _staff_cases(rule: str, who: str, field: str, staff_id: StaffId) -> list[Broken]:
    member = a_staff_member(staff_id)
    broken = {
        "suspended": replace(member, suspended=True),
        "left": replace(member, left_on=date(2026, 11, 24)),
        "personal_account": replace(member, account_domain="mail.example"),
        "check_missing": without(member, EvidenceKind.BACKGROUND_CHECK),
        "check_too_weak": checked_by(staff_id, CheckScheme.DBS_BASIC),
        "check_unnamed": checked_by(staff_id, None),
        "check_endless": checked_by(staff_id, CheckScheme.PVG, until=None),
        "training_endless": trained_until(staff_id, None),
        "training_missing": without(member, EvidenceKind.TRAINING),
        "training_lapsed": trained_until(staff_id, date(2026, 11, 23)),
        "policy_unacknowledged": without(member, EvidenceKind.POLICY_ACKNOWLEDGEMENT),
    }
    return [
        Broken(rule, f"{who}_{code}", a_case(**{field: value})) for code, value in broken.items()
    ]


NO_CONSENT = saying()
SOON_OVER = saying(a_consent(valid_until=ENDS - MINUTE))
REFUSED = saying(a_consent(), a_consent(FATHER, position=2, kind=ConsentKind.REFUSED))
WITHDRAWN = saying(a_consent(), a_consent(FATHER, position=2, kind=ConsentKind.WITHDRAWN))
REFUSAL = a_consent(FATHER, position=2, kind=ConsentKind.REFUSED)
DECIDED_AGAINST = a_case(
    children=(
        a_child_case(
            consents=(a_consent(), REFUSAL),
            resolutions=(
                Resolution(3, Purpose.TAKE_PART, Basis.COURT_ORDER, False, frozenset({1, 2})),
            ),
        ),
    )
)
LOOKED_AFTER = replace(a_child_case().child, looked_after=True)
TOLD_OF_VISITS = a_consent(says_visits=True)
VISITED = a_visited_case(
    children=(a_child_case(child=LOOKED_AFTER, consents=(TOLD_OF_VISITS,)),),
)
FAMILY_SECOND = a_staff_member(SECOND, relations=frozenset({MOTHER}))
FAMILY_TUTOR = a_staff_member(TUTOR, relations=frozenset({CHILD}))
TWIN = a_staff_member(SECOND, contact_keys=frozenset({f"key-of-{TUTOR}"}))
KEEPERS = (a_staff_member(TUTOR), a_staff_member(SECOND))
OFF_DUTY = a_staff_member(SECOND, works=(None,) * 7)
NO_GAP = a_case(
    organisation=replace(ORGANISATION, windows=Windows(second_staff_gap=20)),
    second_staff_elsewhere=(elsewhere(ENDS + 10 * MINUTE, ENDS + 40 * MINUTE),),
)
NOT_ADOPTED = a_visited_case(
    organisation=replace(ORGANISATION, cover_modes=frozenset({CoverMode.THROUGHOUT})),
)
NOT_STAGGERED = a_visited_case(
    organisation=replace(ORGANISATION, second_staff_rooms=3),
    second_staff_elsewhere=(elsewhere(STARTS + 4 * MINUTE, ENDS, TakenAs.VISITING),),
)
BESIDE_SECOND = a_staff_member(SECOND, connections=frozenset({MOTHER}))
BESIDE_TUTOR = a_staff_member(TUTOR, connections=frozenset({CHILD}))
RELATED = a_staff_member(SECOND, relations=frozenset({TUTOR}))
ELSEWHERE = a_pledge(pledge_id="pledge_0", child_id="child_2", made_at=NOW - timedelta(days=2))
PROMISED_TWICE = a_child_case(promised_elsewhere=(ELSEWHERE,))
SUNDAY = a_session(starts_at=STARTS + timedelta(days=5), ends_at=ENDS + timedelta(days=5))

NEVER_RIGHT = (
    a_consent(),
    a_consent(kind=ConsentKind.INVALIDATED, position=2, child_agreed=False),
    a_consent(position=3, child_agreed=False),
)
"""The answer that the child's yes came with was never right; the next came without one."""

TO_RECORD = a_consent(purpose=Purpose.RECORD, position=2)
CHILD_NOT_TOLD = (
    a_consent(),
    a_consent(position=2, says_visits=True, child_agreed=False),
)
"""The parent answered anew when visits were adopted, and the child did not."""

NEWEST_NOT_TOLD = (a_consent(FATHER, says_visits=True), a_consent(position=2))
"""It is the newest yes that the meeting would rest on."""

BY_TUTOR = frozenset({TUTOR})
TOOK_CONSENT = a_child_case(consents=(a_consent(taken_down_by=BY_TUTOR),), tutor_ids=BY_TUTOR)
TOOK_PLEDGE = a_child_case(pledges=(a_pledge(taken_down_by=TUTOR),), tutor_ids=BY_TUTOR)
TOOK_ACCEPTANCE = a_case(acceptance_taken_by=a_staff_member(TUTOR))
ROOM = Elsewhere(Span(STARTS, ENDS), TakenAs.STAYING, NOW - timedelta(days=2))
TEACHES = Elsewhere(Span(STARTS, ENDS), TakenAs.TEACHING)
AT_HOME = a_case(second_staff_at_home=(ELSEWHERE,))

BROKEN = [
    Broken("R-01", "consent_missing", NO_CONSENT),
    Broken("R-01", "consent_lapsed", SOON_OVER),
    Broken("R-01", "consent_taken_by_tutor", a_case(children=(TOOK_CONSENT,))),
    Broken("R-02", "consent_refused", REFUSED),
    Broken("R-02", "consent_refused", WITHDRAWN),
    Broken("R-02", "consent_decided_against", DECIDED_AGAINST),
    Broken("R-03", "agreement_outdated", saying(a_consent(policy_version="v2"))),
    Broken("R-04", "second_staff_missing", a_case(second_staff=None, assignment=None)),
    Broken("R-04", "second_staff_unaccepted", a_case(assignment=Assignment(SECOND, None))),
    Broken("R-04", "second_staff_accepted_by_tutor", TOOK_ACCEPTANCE),
    Broken("R-05", "second_staff_is_family", a_case(second_staff=FAMILY_SECOND)),
    Broken("R-05", "tutor_is_family", a_case(tutor=FAMILY_TUTOR)),
    Broken("R-05", "second_staff_is_connected", a_case(second_staff=BESIDE_SECOND)),
    Broken("R-05", "tutor_is_connected", a_case(tutor=BESIDE_TUTOR)),
    Broken("R-06", "second_staff_is_tutor", a_case(second_staff=TWIN)),
    Broken("R-06", "second_staff_is_related", a_case(second_staff=RELATED)),
    *_staff_cases("R-07", "second_staff", "second_staff", SECOND),
    Broken("R-08", "pledge_missing", a_case(children=(a_child_case(pledges=()),))),
    Broken("R-08", "pledge_void", a_case(children=(a_child_case(pledges=(a_pledge(terms=2),)),))),
    Broken("R-08", "pledge_void", a_case(children=(a_child_case(nominated=frozenset()),))),
    Broken("R-08", "pledge_taken_by_tutor", a_case(children=(TOOK_PLEDGE,))),
    Broken("R-09", "visiting_not_allowed", VISITED),
    Broken(
        "R-09", "second_staff_elsewhere", a_case(second_staff_elsewhere=(elsewhere(STARTS, ENDS),))
    ),
    Broken("R-09", "second_staff_no_gap", NO_GAP),
    Broken("R-09", "second_staff_at_home", AT_HOME),
    Broken("R-09", "cover_mode_not_adopted", NOT_ADOPTED),
    Broken("R-09", "second_staff_not_staggered", NOT_STAGGERED),
    Broken("R-15", "second_staff_absent", a_case(second_staff_away=(Span(STARTS, ENDS),))),
    Broken("R-15", "second_staff_off_duty", a_case(second_staff=OFF_DUTY)),
    *_staff_cases("R-10", "tutor", "tutor", TUTOR),
    Broken("R-11", "outside_hours", a_case(session=SUNDAY)),
    Broken("R-12", "purpose_missing", a_case(session=a_session(purpose=" \t\n"))),
    Broken("R-13", "host_missing", a_case(host=None)),
    Broken("R-13", "host_missing", hosted("tuition.example", *KEEPERS, withdrawn=True)),
    Broken("R-13", "provider_out", hosted("tuition.example", *KEEPERS, out=True)),
    Broken("R-13", "host_personal", hosted("mail.example", *KEEPERS)),
    Broken("R-13", "host_custodians", hosted("tuition.example", KEEPERS[0])),
    Broken("R-13", "host_custodians", hosted("tuition.example", KEEPERS[0], TWIN)),
    Broken("R-16", "rehearsal", a_case(children=(a_child_case(rehearsing=True),))),
    Broken("R-17", "child_not_agreed", saying(a_consent(child_agreed=False))),
    Broken("R-17", "child_not_agreed", saying(*NEVER_RIGHT)),
    Broken("R-17", "child_not_agreed", saying(TO_RECORD, a_consent(child_agreed=False))),
    Broken("R-18", "visits_not_agreed", a_visited_case(a_consent())),
    Broken("R-18", "visits_not_agreed", a_visited_case(*NEWEST_NOT_TOLD)),
    Broken("R-18", "child_visits_not_agreed", a_visited_case(*CHILD_NOT_TOLD)),
    Broken("R-14", "adult_elsewhere", a_case(children=(PROMISED_TWICE,))),
    Broken("R-14", "adult_at_work", a_case(children=(a_child_case(at_work=((MOTHER, ROOM),)),))),
    Broken("R-14", "adult_at_work", a_case(children=(a_child_case(at_work=((MOTHER, TEACHES),)),))),
]
"""Every way a rule can be broken, each in an otherwise complete case decided at `builders.NOW`."""

__all__ = [
    "BROKEN", "NOW", "Broken", "checked_by", "codes", "hosted", "named", "saying", "trained_until",
    "without",
]  # fmt: skip
