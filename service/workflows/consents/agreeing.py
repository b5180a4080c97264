"""The policy is kept current: its review is warned of, and a new version asks for fresh agreement.

Nothing waits for these messages: a session whose family has not agreed to the version in force on its
day is blocked (R-03), and so are staff (R-07, R-10). A version may name the day from which older
agreements count no more: until then those who agreed before are asked again and again (pitfall 19).

So it is when the safeguarding lead adopts the cover mode `visiting`: sessions of that mode are blocked
until the family has agreed to words that say so (R-18).
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from service.policy.consent import ConsentEntry, ConsentKind, Purpose, standing
from service.policy.consent_wording import asks_about_visits
from service.policy.organisation import next_opening
from service.policy.people import ChildId, ParentId, system
from service.store import work
from service.store.alerts import alerts
from service.store.consents import agreements, consent, policies
from service.store.consents.agreements import Wanted
from service.store.families import people
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.consents import asking
from service.workflows.deps import Deps

ASKING = "ask_agreement"
REVIEWING = "review_policy"
REVIEW = "policy_review"
LOOK_EVERY = timedelta(days=1)
AT_ONCE = 50
VISITS = "(visits)"
"""How names of work and of letters say that it is visits that families are asked about."""

PAUSE = timedelta(minutes=1)
"""Between two lots of messages, so that a new version does not drown those about today's sessions."""


def ask_everybody(tx: Tx, version: str) -> None:
    """A published version asks for fresh agreement: staff by an alert, parents by message."""
    alerts.raise_alert(tx, f"policy_{version}", "acknowledgement_due", None)
    _begin_asking(tx, version)


def ask_about_visits(tx: Tx) -> None:
    """Second staff may visit from now on: families that agreed to other words are asked."""
    _begin_asking(tx, None)


def _begin_asking(tx: Tx, version: str | None) -> None:
    work.put(tx, _Place(1, version).subject, ASKING, next_opening(tx.house.organisation, tx.now))


@dataclass(frozen=True)
class _Place:
    """How far the asking has come: the round, the version to agree to, and the last child asked.

    Without a version it is visits that families are asked about.
    """

    round: int
    version: str | None
    after: str = ""

    @property
    def about(self) -> str:
        """What is asked about, in a name."""
        return VISITS if self.version is None else self.version

    @property
    def subject(self) -> str:
        """The name of the work that goes on from here."""
        return f"agreement{self.round}:{self.about}:{self.after}"

    @classmethod
    def of(cls, subject: str) -> "_Place":
        """The place in a name of work; one without a number is of the first round."""
        head, about, after = subject.split(":", 2)
        version = None if about == VISITS else about
        return cls(int(head.removeprefix("agreement") or 1), version, after)


async def ask(deps: Deps, claim: Claim) -> None:
    """Ask the parents of the next children; the place in the line is in the name of the work."""
    await deps.store.do(_ask_some, claim, by=system(ASKING))


def _ask_some(tx: Tx, claim: Claim) -> None:
    if not work.holds(tx, claim):
        return
    place = _Place.of(claim.subject_id)
    wanted = _wanted(tx, place)
    work.settle(tx, Settle(claim, None))
    if wanted is None:
        return
    ids = agreements.children_to_ask(tx, wanted, place.after, AT_ONCE)
    for child_id in ids:
        _ask_family(tx, child_id, place, wanted)
    if len(ids) == AT_ONCE:
        look_at = next_opening(tx.house.organisation, tx.now + PAUSE)
        work.put(tx, replace(place, after=ids[-1]).subject, ASKING, look_at)
        return
    if place.version is not None:
        _ask_again_later(tx, place, place.version)


def _wanted(tx: Tx, place: _Place) -> Wanted | None:
    """What families are to have agreed to; None if it was replaced or given up meanwhile."""
    if place.version is None:
        return Wanted(visits=True) if asks_about_visits(tx.house.organisation) else None
    in_force = policies.organisation_now(tx, policies.IN_THE_END).policy_versions_in_force
    return Wanted(versions=in_force) if place.version in in_force else None


def _ask_again_later(tx: Tx, place: _Place, version: str) -> None:
    """While older agreements still count, those who are silent are reminded."""
    policy = policies.policy_called(tx, version)
    organisation = tx.house.organisation
    again_at = next_opening(
        organisation, tx.now + timedelta(minutes=organisation.windows.reminder_every)
    )
    if policy.agree_by is not None and organisation.local_day(again_at) < policy.agree_by:
        work.put(tx, _Place(place.round + 1, version).subject, ASKING, again_at)


def _ask_family(tx: Tx, child_id: ChildId, place: _Place, wanted: Wanted) -> None:
    child = people.children(tx, (child_id,))[child_id]
    ledger = consent.ledgers(tx, (child_id,))[child_id]
    for word in standing(ledger, Purpose.TAKE_PART, child.givers):
        if _is_outdated(word, wanted) and word.giver_id in child.hearers:
            _ask_giver(tx, child_id, word.giver_id, place)


def _is_outdated(word: ConsentEntry, wanted: Wanted) -> bool:
    if word.kind is not ConsentKind.GIVEN:
        return False
    return not word.says_visits if wanted.visits else word.policy_version not in wanted.versions


def _ask_giver(tx: Tx, child_id: ChildId, giver_id: ParentId, place: _Place) -> None:
    about = f"{child_id}:{place.about}"
    if place.round > 1:
        about = f"{about}:{place.round}"
    template = "visits_request" if place.version is None else "agreement_request"
    asking.write_to_giver(tx, template, child_id, giver_id, about)


# --- the review date --------------------------------------------------------------------------------


async def begin_reviewing(deps: Deps) -> None:
    """Put the review on the list, if it is not there."""
    await deps.store.do(_begin, None, by=system(REVIEWING))


def _begin(tx: Tx, _command: None) -> None:
    if not work.is_there(tx, REVIEW):
        work.put(tx, REVIEW, REVIEWING, tx.now)


async def review(deps: Deps, claim: Claim) -> None:
    """Warn once a day while the policy's review date is near or past (POL-34)."""
    await deps.store.do(_review, claim, by=system(REVIEWING))


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
