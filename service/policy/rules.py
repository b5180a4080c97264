"""The rules of a clear case. Each is one sentence, its clause, its stages and a few lines of code.

A rule answers with the reasons why it does not hold; no reason means that it holds. Rules about the
session stop the whole session; rules about a child stop that child alone. Rule numbers are permanent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.policy.case import CaseFile, ChildCase
from service.policy.family_rules import (
    adult_is_in_one_place,
    agreement_is_current,
    an_adult_has_pledged,
    child_has_agreed,
    consent_is_live,
    family_has_switched_over,
    nobody_refuses,
    visits_are_agreed,
)
from service.policy.staff import Shortcoming, count_people
from service.policy.staff_rules import (
    second_staff_has_accepted,
    second_staff_is_another_person,
    second_staff_is_at_work,
    second_staff_is_eligible,
    second_staff_is_within_the_cap,
    staff_are_not_family,
    tutor_is_eligible,
)


class Stage(StrEnum):
    """When a rule binds: to make the meeting, to let a person in, to let the session go on."""

    OPEN = "open"
    ADMIT = "admit"
    STAY = "stay"


EVERY_STAGE = frozenset(Stage)
BEFORE_IT_STARTS = frozenset({Stage.OPEN, Stage.ADMIT})

SENTENCES_OF_OVERRIDABLE: Mapping[str, str] = {
    "outside_hours": "The session is outside the permitted hours.",
    "tutor_training_lapsed": "The tutor has training that ended a few days before that day.",
    "second_staff_training_lapsed": "The second member of staff has training that ended a few days "
    "before that day.",
}
"""What each override sets aside, in the words of its rule."""

OVERRIDABLE = frozenset(SENTENCES_OF_OVERRIDABLE)
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
    if host.provider_out:
        yield Shortcoming("provider_out", "The meeting's provider is out of order.")
    if count_people(host.active_custodians) < 2:
        yield Shortcoming("host_custodians", "The account has fewer than two active custodians.")


RULES: tuple[Rule, ...] = (
    Rule(
        "R-01",
        ("POL-04",),
        "A giver with authority (from 18 on the student alone) has consented to video sessions, and "
        "the consent lasts until the planned end.",
        "a parent",
        EVERY_STAGE,
        child_check=consent_is_live,
    ),
    Rule(
        "R-02",
        ("POL-04",),
        "Nobody with authority refuses or has withdrawn consent, unless the lead settled that word.",
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
        "A second member of staff is assigned and has accepted, and the tutor did not take that down.",
        "a coordinator",
        EVERY_STAGE,
        session_check=second_staff_has_accepted,
    ),
    Rule(
        "R-05",
        ("POL-03",),
        "Neither the tutor nor the second member of staff is family of the child; any other declared "
        "connection to the family has been accepted by the safeguarding lead.",
        "a coordinator, or the safeguarding lead for a connection",
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
        "An adult named by a giver whose own consent holds (from 18 on the student will do) has promised "
        "to be present at this session, at this time and for this purpose.",
        "a parent",
        EVERY_STAGE,
        child_check=an_adult_has_pledged,
    ),
    Rule(
        "R-09",
        ("POL-03",),
        "The second member of staff neither teaches nor stays in another room at that time, whichever "
        "they said yes to first, has not promised before to be with a child of their own, and has the "
        "organisation's gap before and after. Rooms that are only visited, where the lead adopted that, "
        "are no more at one instant than the cover mode allows.",
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
        "An account of ours with two active custodians is free, at a provider that is not out of order.",
        "an administrator",
        BEFORE_IT_STARTS,
        session_check=host_has_two_custodians,
    ),
    Rule(
        "R-14",
        ("POL-02", "POL-21"),
        "The adult has promised for one place at a time; for several children in one place, the "
        "adult has said so, and is on camera for none of them. An adult who is on the staff is in no "
        "other session meanwhile.",
        "a parent",
        EVERY_STAGE,
        child_check=adult_is_in_one_place,
    ),
    Rule(
        "R-15",
        ("POL-03",),
        "The second member of staff is at work at that time: inside their working hours, and not away.",
        "a coordinator",
        BEFORE_IT_STARTS,
        session_check=second_staff_is_at_work,
    ),
    Rule(
        "R-16",
        ("POL-03", "POL-04", "POL-21"),
        "The family has switched over from rehearsal.",
        "a coordinator",
        BEFORE_IT_STARTS,
        child_check=family_has_switched_over,
    ),
    Rule(
        "R-17",
        ("POL-31",),
        "The child has agreed to the rules for children, in plain words and with a parent's help (from "
        "18 on, the student's own consent says it).",
        "a parent, together with the child",
        EVERY_STAGE,
        child_check=child_has_agreed,
    ),
    Rule(
        "R-18",
        ("POL-03", "POL-04"),
        "Where second staff visit several sessions in turn, the words that parent and child agreed to "
        "say so.",
        "a parent, together with the child",
        EVERY_STAGE,
        child_check=visits_are_agreed,
    ),
)
