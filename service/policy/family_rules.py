"""The rules about a child and its family: who agrees, who refuses, who will be there."""

from collections.abc import Iterator

from service.policy.case import CaseFile, ChildCase
from service.policy.consent import ConsentStatus, Purpose, consent_status
from service.policy.session import CoverMode
from service.policy.staff import Shortcoming

Reasons = Iterator[Shortcoming]


def consent_is_live(case: CaseFile, child: ChildCase) -> Reasons:
    """R-01."""
    if child.child.merged_into is not None:
        yield Shortcoming(
            "record_merged", "This record was joined with another: book for that one."
        )
        return
    if child.child.restriction is not None:
        yield Shortcoming("record_restricted", "No session is held for this child.")
        return
    if child.consent_until(case.session.ends_at) is not None:
        return
    if child.rests_on_the_tutor(case.session.ends_at):
        yield Shortcoming(
            "consent_taken_by_tutor",
            "The session's own tutor took the consent down: the parent has to answer by link, or tell "
            "somebody else.",
        )
        return
    status = consent_status(
        child.words, Purpose.TAKE_PART, child.child.givers, case.session.ends_at
    )
    if status is ConsentStatus.LAPSED:
        yield Shortcoming("consent_lapsed", "The consent ends before the session does.")
        return
    yield Shortcoming("consent_missing", "Nobody with authority has consented for this child.")


def nobody_refuses(case: CaseFile, child: ChildCase) -> Reasons:
    """R-02."""
    if child.is_decided_against:
        yield Shortcoming("consent_decided_against", "It was decided that no consent stands.")
    elif child.refusals:
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


def child_has_agreed(case: CaseFile, child: ChildCase) -> Reasons:
    """R-17."""
    if child.consent_until(case.session.ends_at) is None:
        return  # said by R-01 already
    if not child.child.is_of_age and not child.has_agreed:
        yield Shortcoming(
            "child_not_agreed", "The child has not agreed to the rules for children yet."
        )


def visits_are_agreed(case: CaseFile, child: ChildCase) -> Reasons:
    """R-18."""
    consent = child.consent_until(case.session.ends_at)
    if case.session.cover_mode is not CoverMode.VISITING or consent is None:
        return  # no visits, or said by R-01 already
    if not consent.says_visits:
        yield Shortcoming(
            "visits_not_agreed",
            "The parent has not agreed to sessions that second staff visit in turn.",
        )
    elif not child.child.is_of_age and not child.has_agreed_to_visits:
        yield Shortcoming(
            "child_visits_not_agreed",
            "The child has not agreed to sessions that second staff visit in turn.",
        )


def an_adult_has_pledged(case: CaseFile, child: ChildCase) -> Reasons:
    """R-08."""
    if child.pledge_for(case.session) is not None:
        return
    if child.consent_until(case.session.ends_at) is None and child.waits_for_a_yes(case.session):
        return  # said by R-01 already
    if child.pledged_to_the_tutor(case.session):
        yield Shortcoming(
            "pledge_taken_by_tutor",
            "The session's own tutor took the promise down: the adult has to promise by link, or tell "
            "somebody else.",
        )
        return
    if any(pledge.revoked_at is None for pledge in child.pledges):
        yield Shortcoming(
            "pledge_void", "The promise to be present was for other terms or by another adult."
        )
        return
    yield Shortcoming("pledge_missing", "No adult named by a giver has promised to be present.")


def adult_is_in_one_place(case: CaseFile, child: ChildCase) -> Reasons:
    """R-14."""
    pledge = child.pledge_for(case.session)
    if pledge is None:
        return  # said by R-08 already
    before = [
        other
        for other in child.promised_elsewhere
        if other.adult_id == pledge.adult_id and pledge.made_after(other)
    ]
    if not all(pledge.may_stand_beside(other) for other in before):
        yield Shortcoming(
            "adult_elsewhere", "The adult has promised to be with another child at that time."
        )
    if child.is_at_work(pledge):
        yield Shortcoming(
            "adult_at_work", "The adult is on the staff, and in another session at that time."
        )


def family_has_switched_over(case: CaseFile, child: ChildCase) -> Reasons:
    """R-16."""
    if child.rehearsing:
        yield Shortcoming("rehearsal", "This is a rehearsal: the family has not switched over yet.")
