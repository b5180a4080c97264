"""The rules of a clear case. Each is one sentence, its clause, its stages and a few lines of code.

A rule answers with the reasons why it does not hold; no reason means that it holds. Rules about the
session stop the whole session; rules about a child stop that child alone. Rule numbers are permanent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.policy.case import CaseFile, ChildCase
from service.policy.consent import NO_KINDS, ConsentStatus, Purpose, consent_status, standing
from service.policy.session import CoverMode, peak_overlap
from service.policy.staff import Shortcoming, StaffMember, shortcomings


class Stage(StrEnum):
    """When a rule binds: to make the meeting, to let a person in, to let the session go on."""

    OPEN = "open"
    ADMIT = "admit"
    STAY = "stay"


EVERY_STAGE = frozenset(Stage)
BEFORE_IT_STARTS = frozenset({Stage.OPEN, Stage.ADMIT})
VISITING_ROOMS = 3
"""The most rooms one second member of staff may cover at once in cover mode `visiting` (POL-03)."""

OVERRIDABLE = frozenset({"outside_hours", "tutor_training_lapsed", "second_staff_training_lapsed"})
"""The only reasons a safeguarding lead can set aside. Consent, the second member of staff, the
parent's presence, the tutor's checks and the host's custodians are never among them."""

Reasons = Iterator[Shortcoming]
SessionCheck = Callable[[CaseFile], Reasons]
ChildCheck = Callable[[CaseFile, ChildCase], Reasons]


@dataclass(frozen=True)
class Rule:
    """One numbered condition. Exactly one of `session_check` and `child_check` is set."""

    number: str
    clauses: tuple[str, ...]
    sentence: str
    lifted_by: str
    binds: frozenset[Stage]
    session_check: SessionCheck | None = None
    child_check: ChildCheck | None = None


# --- the child's family ---------------------------------------------------------------------------


def consent_is_live(case: CaseFile, child: ChildCase) -> Reasons:
    """R-01."""
    if child.consent_until(case.session.ends_at) is not None:
        return
    status = consent_status(
        child.consents, Purpose.TAKE_PART, child.child.givers, case.session.ends_at
    )
    if status is ConsentStatus.LAPSED:
        yield Shortcoming("consent_lapsed", "The consent ends before the session does.")
        return
    yield Shortcoming("consent_missing", "Nobody with authority has consented for this child.")


def nobody_refuses(case: CaseFile, child: ChildCase) -> Reasons:
    """R-02."""
    words = standing(child.consents, Purpose.TAKE_PART, child.child.givers)
    if any(word.kind in NO_KINDS for word in words):
        yield Shortcoming("consent_refused", "Somebody with authority has refused or withdrawn.")


def agreement_is_current(case: CaseFile, child: ChildCase) -> Reasons:
    """R-03."""
    consent = child.consent_until(case.session.ends_at)
    if consent is None:
        return  # said by R-01 already
    if consent.policy_version not in case.organisation.policy_versions_in_force:
        yield Shortcoming(
            "agreement_outdated", "The parent has not yet agreed to the policy now in force."
        )


def an_adult_has_pledged(case: CaseFile, child: ChildCase) -> Reasons:
    """R-08."""
    if child.pledge_for(case.session) is not None:
        return
    if any(pledge.revoked_at is None for pledge in child.pledges):
        yield Shortcoming(
            "pledge_void", "The promise to be present was for other terms or by another adult."
        )
        return
    yield Shortcoming("pledge_missing", "No adult named by a giver has promised to be present.")


def staff_are_not_family(case: CaseFile, child: ChildCase) -> Reasons:
    """R-05."""
    if case.second_staff is not None and child.is_family(case.second_staff):
        yield Shortcoming("second_staff_is_family", "The second member of staff is family.")
    if child.is_family(case.tutor):
        yield Shortcoming("tutor_is_family", "The tutor is family of this child.")


# --- the staff --------------------------------------------------------------------------------------


def second_staff_has_accepted(case: CaseFile) -> Reasons:
    """R-04."""
    if case.second_staff is None or case.assignment is None:
        yield Shortcoming("second_staff_missing", "No second member of staff is assigned.")
        return
    if case.assignment.accepted_at is None:
        yield Shortcoming(
            "second_staff_unaccepted", "The second member of staff has not accepted yet."
        )


def second_staff_is_another_person(case: CaseFile) -> Reasons:
    """R-06."""
    if case.second_staff is None:
        return  # said by R-04 already
    if case.second_staff.same_person_as(case.tutor):
        yield Shortcoming("second_staff_is_tutor", "Tutor and second staff are the same person.")
    elif case.second_staff.related_to(case.tutor):
        yield Shortcoming("second_staff_is_related", "Tutor and second staff are related.")


def second_staff_is_eligible(case: CaseFile) -> Reasons:
    """R-07."""
    if case.second_staff is not None:
        yield from _ineligible(
            case, case.second_staff, "second_staff", "The second member of staff"
        )


def second_staff_is_within_the_cap(case: CaseFile) -> Reasons:
    """R-09."""
    cap = case.organisation.second_staff_rooms
    most = VISITING_ROOMS if case.session.cover_mode is CoverMode.VISITING else 1
    if peak_overlap(case.span, case.second_staff_elsewhere) > min(cap, most):
        yield Shortcoming(
            "second_staff_elsewhere", "The second member of staff covers other rooms at that time."
        )


def tutor_is_eligible(case: CaseFile) -> Reasons:
    """R-10."""
    yield from _ineligible(case, case.tutor, "tutor", "The tutor")


def _ineligible(case: CaseFile, member: StaffMember, who: str, name: str) -> Reasons:
    days = {case.organisation.local_day(at) for at in (case.span.starts_at, case.span.ends_at)}
    found = {
        short.code: short
        for day in sorted(days)
        for short in shortcomings(member, day, case.organisation)
    }
    for short in found.values():
        yield Shortcoming(f"{who}_{short.code}", f"{name} {short.sentence}.")


# --- time, purpose, account --------------------------------------------------------------------------


def inside_permitted_hours(case: CaseFile) -> Reasons:
    """R-11."""
    if not case.organisation.is_open_throughout(case.session.starts_at, case.session.ends_at):
        yield Shortcoming("outside_hours", "The session is outside the permitted hours.")


def purpose_is_stated(case: CaseFile) -> Reasons:
    """R-12."""
    if not case.session.purpose.strip():
        yield Shortcoming("purpose_missing", "The session has no stated purpose.")


def host_has_two_custodians(case: CaseFile) -> Reasons:
    """R-13."""
    host = case.host
    if host is None or host.withdrawn:
        yield Shortcoming("host_missing", "No account to run the meeting on is free at that time.")
        return
    if host.account_domain not in case.organisation.domains:
        yield Shortcoming("host_personal", "The account is not one of the organisation's.")
    if len(host.active_custodians) < 2:
        yield Shortcoming("host_custodians", "The account has fewer than two active custodians.")


RULES: tuple[Rule, ...] = (
    Rule(
        "R-01",
        ("POL-04",),
        "A giver with authority has consented to video sessions for the child, and the consent "
        "lasts until the planned end.",
        "a parent",
        EVERY_STAGE,
        child_check=consent_is_live,
    ),
    Rule(
        "R-02",
        ("POL-04",),
        "No giver with authority refuses or has withdrawn consent for the child.",
        "the parent who refused, or the safeguarding lead with the reason recorded",
        EVERY_STAGE,
        child_check=nobody_refuses,
    ),
    Rule(
        "R-03",
        ("POL-32", "POL-34"),
        "The consent includes agreement to a version of the policy that is in force.",
        "a parent",
        EVERY_STAGE,
        child_check=agreement_is_current,
    ),
    Rule(
        "R-04",
        ("POL-03",),
        "A second member of staff is assigned and has accepted.",
        "a coordinator",
        EVERY_STAGE,
        session_check=second_staff_has_accepted,
    ),
    Rule(
        "R-05",
        ("POL-03",),
        "Neither the tutor nor the second member of staff is family of the child.",
        "a coordinator",
        EVERY_STAGE,
        child_check=staff_are_not_family,
    ),
    Rule(
        "R-06",
        ("POL-03",),
        "The second member of staff is another person than the tutor, and not related to the tutor.",
        "a coordinator",
        EVERY_STAGE,
        session_check=second_staff_is_another_person,
    ),
    Rule(
        "R-07",
        ("POL-03", "POL-12", "POL-13", "POL-30"),
        "The second member of staff is checked, trained, has acknowledged the policy and uses an "
        "account of the organisation, on the day of the session.",
        "a coordinator",
        EVERY_STAGE,
        session_check=second_staff_is_eligible,
    ),
    Rule(
        "R-08",
        ("POL-02", "POL-21"),
        "An adult named by a giver has promised to be present with the child at this session, at "
        "this time and for this purpose.",
        "a parent",
        EVERY_STAGE,
        child_check=an_adult_has_pledged,
    ),
    Rule(
        "R-09",
        ("POL-03",),
        "The second member of staff covers no more rooms at one instant than the cover mode allows.",
        "a coordinator",
        EVERY_STAGE,
        session_check=second_staff_is_within_the_cap,
    ),
    Rule(
        "R-10",
        ("POL-12", "POL-13", "POL-30"),
        "The tutor is checked, trained, has acknowledged the policy and uses an account of the "
        "organisation, on the day of the session.",
        "a coordinator",
        EVERY_STAGE,
        session_check=tutor_is_eligible,
    ),
    Rule(
        "R-11",
        ("POL-23",),
        "The session lies inside the permitted hours.",
        "the safeguarding lead",
        BEFORE_IT_STARTS,
        session_check=inside_permitted_hours,
    ),
    Rule(
        "R-12",
        ("POL-21",),
        "The session has a stated purpose.",
        "the tutor",
        EVERY_STAGE,
        session_check=purpose_is_stated,
    ),
    Rule(
        "R-13",
        ("POL-10", "POL-12"),
        "An account of the organisation with two active custodians is free for the meeting.",
        "an administrator",
        BEFORE_IT_STARTS,
        session_check=host_has_two_custodians,
    ),
)
