"""Whether somebody may be in a session on a day: by what the register holds of them, and no other way."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from service.policy.organisation import Organisation
from service.policy.staff import CheckScheme, Evidence, EvidenceKind, Shortcoming, StaffMember

TRAINING_GRACE = timedelta(days=14)
"""How long after its end a lapsed training can still be overridden by the safeguarding lead."""

BASIC = frozenset({CheckScheme.DBS_BASIC, CheckScheme.ACCESS_NI_BASIC})
"""Checks that never suffice: they do not look at what bars people from work with children."""


def shortcomings(
    member: StaffMember, on: date, organisation: Organisation
) -> Iterator[Shortcoming]:
    """Every reason why this person may not be in a session on the day; nothing if eligible."""
    if member.suspended:
        yield Shortcoming("suspended", "is suspended")
    if member.left_on is not None and on >= member.left_on:
        yield Shortcoming("left", "no longer works for the organisation on that day")
    if member.account_domain not in organisation.domains:
        yield Shortcoming("personal_account", "has no account of the organisation")
    yield from _check(member, on, organisation)
    yield from _training(member, on)
    if not has_acknowledged(member, organisation):
        yield Shortcoming("policy_unacknowledged", "has not acknowledged the policy now in force")


def _holds(member: StaffMember, kind: EvidenceKind, on: date) -> bool:
    return any(item.kind is kind and item.holds_on(on) for item in member.evidence)


def _check(member: StaffMember, on: date, organisation: Organisation) -> Iterator[Shortcoming]:
    checks = [item for item in member.evidence if item.kind is EvidenceKind.BACKGROUND_CHECK]
    held = [item for item in checks if item.holds_on(on)]
    if any(_counts(item.scheme, organisation) for item in held):
        return
    if any(item.scheme is None for item in held):
        yield Shortcoming(
            "check_unnamed",
            "has a background check without its scheme: record it again with the scheme",
        )
    elif held:
        yield Shortcoming("check_too_weak", "has a background check of a kind that does not count")
    elif _is_endless(checks):
        yield Shortcoming(
            "check_endless",
            "has a background check without an end: record it again with the day until which it is "
            "trusted",
        )
    else:
        yield Shortcoming("check_missing", "has no background check that holds on that day")


def _is_endless(items: Iterable[Evidence]) -> bool:
    """Whether one of these stands and lacks nothing but the day until which it is trusted."""
    return any(item.trusted_until is None and not item.invalidated for item in items)


def _counts(scheme: CheckScheme | None, organisation: Organisation) -> bool:
    """Whether a check by this scheme will do: not a basic one, nor one whose scheme nobody noted. An
    organisation may name those that it accepts."""
    if scheme is None or scheme in BASIC:
        return False
    accepted = organisation.accepted_checks
    return not accepted or scheme.value in accepted


def known_on(member: StaffMember, on: date) -> dict[str, str | None]:
    """What the register knew of somebody for a day, without numbers or papers: it stays with the
    session when the entry goes (pitfall 30)."""
    found: dict[str, str | None] = {}
    for name, kind in (
        ("check", EvidenceKind.BACKGROUND_CHECK),
        ("training", EvidenceKind.TRAINING),
        ("policy", EvidenceKind.POLICY_ACKNOWLEDGEMENT),
    ):
        held = [item for item in member.evidence if item.kind is kind and item.holds_on(on)]
        if held:
            newest = max(held, key=lambda item: item.seen_on)
            until = newest.trusted_until
            found[f"{name}_seen_on"] = newest.seen_on.isoformat()
            found[f"{name}_until"] = until.isoformat() if until else None
            found |= {f"{name}_scheme": newest.scheme.value} if newest.scheme else {}
    return found


def _training(member: StaffMember, on: date) -> Iterator[Shortcoming]:
    if _holds(member, EvidenceKind.TRAINING, on):
        return
    if _holds(member, EvidenceKind.TRAINING, on - TRAINING_GRACE):
        yield Shortcoming("training_lapsed", "has training that ended a few days before that day")
    elif _is_endless(item for item in member.evidence if item.kind is EvidenceKind.TRAINING):
        yield Shortcoming(
            "training_endless",
            "has training without an end: record it again with the day until which it is good",
        )
    else:
        yield Shortcoming("training_missing", "has no current training")


def has_acknowledged(member: StaffMember, organisation: Organisation) -> bool:
    """Whether somebody acknowledged a version of the policy that counts for the organisation."""
    return any(
        item.kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT
        and not item.invalidated
        and item.policy_version in organisation.policy_versions_in_force
        for item in member.evidence
    )
