"""The policy is kept current: its review is warned of, and a new version asks for fresh agreement.

Nothing waits for these messages: a session whose family has not agreed to the version in force on its
day is blocked (R-03), and so are staff (R-07, R-10). A version may name the day from which older
agreements count no more: until then those who agreed before are asked again and again (pitfall 19).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from service.policy.consent import ConsentEntry, ConsentKind, Purpose, standing
from service.policy.organisation import next_opening
from service.policy.people import ChildId, ParentId, system
from service.store import agreements, alerts, consent, people, policies, work
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows import asking
from service.workflows.deps import Deps

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
    subject = _Place(1, version).subject
    work.put(tx, subject, ASKING, next_opening(tx.house.organisation, tx.now))


@dataclass(frozen=True)
class _Place:
    """How far the asking has come: the round, the version, and the last child that was asked."""

    round: int
    version: str
    after: str = ""

    @property
    def subject(self) -> str:
        """The name of the work that goes on from here."""
        return f"agreement{self.round}:{self.version}:{self.after}"

    @classmethod
    def of(cls, subject: str) -> "_Place":
        """The place in a name of work; one without a number is of the first round."""
        head, version, after = subject.split(":", 2)
        return cls(int(head.removeprefix("agreement") or 1), version, after)


async def ask(deps: Deps, claim: Claim) -> None:
    """Ask the parents of the next children; the place in the line is in the name of the work."""
    await deps.store.transact(_ask_some, claim, by=system(ASKING))


def _ask_some(tx: Tx, claim: Claim) -> None:
    if not work.holds(tx, claim):
        return
    place = _Place.of(claim.subject_id)
    in_force = policies.organisation_now(tx, policies.IN_THE_END).policy_versions_in_force
    work.settle(tx, Settle(claim, None))
    if place.version not in in_force:
        return  # one that was replaced meanwhile asks nobody any more
    ids = agreements.children_to_ask(tx, in_force, place.after, AT_ONCE)
    for child_id in ids:
        _ask_family(tx, child_id, place, in_force)
    if len(ids) == AT_ONCE:
        look_at = next_opening(tx.house.organisation, tx.now + PAUSE)
        work.put(tx, replace(place, after=ids[-1]).subject, ASKING, look_at)
        return
    _ask_again_later(tx, place)


def _ask_again_later(tx: Tx, place: _Place) -> None:
    """While older agreements still count, those who are silent are reminded."""
    policy = policies.policy_called(tx, place.version)
    organisation = tx.house.organisation
    again_at = next_opening(
        organisation, tx.now + timedelta(minutes=organisation.windows.reminder_every)
    )
    if policy.agree_by is not None and organisation.local_day(again_at) < policy.agree_by:
        work.put(tx, _Place(place.round + 1, place.version).subject, ASKING, again_at)


def _ask_family(tx: Tx, child_id: ChildId, place: _Place, in_force: frozenset[str]) -> None:
    child = people.children(tx, (child_id,))[child_id]
    ledger = consent.ledgers(tx, (child_id,))[child_id]
    for word in standing(ledger, Purpose.TAKE_PART, child.givers):
        if _is_outdated(word, in_force) and word.giver_id in child.hearers:
            _ask_giver(tx, child_id, word.giver_id, place)


def _is_outdated(word: ConsentEntry, in_force: frozenset[str]) -> bool:
    return word.kind is ConsentKind.GIVEN and word.policy_version not in in_force


def _ask_giver(tx: Tx, child_id: ChildId, giver_id: ParentId, place: _Place) -> None:
    about = f"{child_id}:{place.version}"
    if place.round > 1:
        about = f"{about}:{place.round}"
    asking.write_to_giver(tx, "agreement_request", child_id, giver_id, about)


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
