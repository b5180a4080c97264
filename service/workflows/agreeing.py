"""The policy is kept current: its review is warned of, and a new version asks for fresh agreement.

Nothing waits for these messages: a session whose family has not agreed to the version in force is
blocked from the moment the version is published (R-03), and so are staff (R-07, R-10).
"""

from datetime import timedelta

from service.policy.consent import ConsentEntry, ConsentKind, Purpose, standing
from service.policy.organisation import next_opening
from service.policy.people import ChildId, ParentId, system
from service.store import agreements, alerts, consent, people, policies, work
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows import asking, messaging
from service.workflows.deps import Deps
from service.workflows.messaging import Notice

ASKING = "ask_agreement"
REVIEWING = "review_policy"
REVIEW = "policy_review"
LOOK_EVERY = timedelta(days=1)
AT_ONCE = 50
PAUSE = timedelta(minutes=1)
"""Between two lots of messages, so that a new version does not drown those about today's sessions."""


def ask_everybody(tx: Tx, version: str) -> None:
    """A published version asks for fresh agreement: staff by an alert, parents by message."""
    alerts.raise_alert(tx, f"policy_{version}", "acknowledgement_due", None)
    work.put(tx, _subject(version, ""), ASKING, next_opening(tx.house.organisation, tx.now))


def _subject(version: str, after: str) -> str:
    return f"agreement:{version}:{after}"


async def ask(deps: Deps, claim: Claim) -> None:
    """Ask the parents of the next children; the place in the line is in the name of the work."""
    await deps.store.transact(_ask_some, claim, by=system(ASKING))


def _ask_some(tx: Tx, claim: Claim) -> None:
    if not work.holds(tx, claim):
        return
    _, version, after = claim.subject_id.split(":", 2)
    in_force = policies.organisation_now(tx).policy_versions_in_force
    ids = agreements.children_to_ask(tx, in_force, after, AT_ONCE)
    if version in in_force:  # one that was replaced meanwhile asks nobody any more
        for child_id in ids:
            _ask_family(tx, child_id, version, in_force)
    work.settle(tx, Settle(claim, None))
    if len(ids) == AT_ONCE:
        look_at = next_opening(tx.house.organisation, tx.now + PAUSE)
        work.put(tx, _subject(version, ids[-1]), ASKING, look_at)


def _ask_family(tx: Tx, child_id: ChildId, version: str, in_force: frozenset[str]) -> None:
    child = people.children(tx, (child_id,))[child_id]
    ledger = consent.ledgers(tx, (child_id,))[child_id]
    for word in standing(ledger, Purpose.TAKE_PART, child.givers):
        if _is_outdated(word, in_force) and word.giver_id in child.hearers:
            _ask_giver(tx, child_id, word.giver_id, version)


def _is_outdated(word: ConsentEntry, in_force: frozenset[str]) -> bool:
    return word.kind is ConsentKind.GIVEN and word.policy_version not in in_force


def _ask_giver(tx: Tx, child_id: ChildId, giver_id: ParentId, version: str) -> None:
    link = asking.consent_link(tx, child_id, giver_id)
    notice = Notice("agreement_request", giver_id, child_id, f"{child_id}:{version}", link)
    messaging.write(tx, notice)


# --- the review date --------------------------------------------------------------------------------


async def begin_reviewing(deps: Deps) -> None:
    """Put the review on the list, if it is not there."""
    await deps.store.transact(_begin, None, by=system(REVIEWING))


def _begin(tx: Tx, _command: None) -> None:
    if not work.is_there(tx, REVIEW):
        work.put(tx, REVIEW, REVIEWING, tx.now)


async def review(deps: Deps, claim: Claim) -> None:
    """Warn once a day while the policy's review date is near or past (POL-34)."""
    await deps.store.transact(_review, claim, by=system(REVIEWING))


def _review(tx: Tx, claim: Claim) -> None:
    if not work.holds(tx, claim):
        return
    policy = policies.newest_policy(tx)
    today = tx.house.organisation.local_day(tx.now)
    warn_from = timedelta(days=tx.house.organisation.review_warning_days)
    if policy is not None and today > policy.review_on:
        alerts.raise_alert(tx, f"policy_{policy.version}", "policy_review_overdue", None)
    elif policy is not None and today >= policy.review_on - warn_from:
        alerts.raise_alert(tx, f"policy_{policy.version}", "policy_review_due", None)
    work.settle(tx, Settle(claim, tx.now + LOOK_EVERY))
