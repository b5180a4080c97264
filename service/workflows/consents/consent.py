"""A parent says yes, no, or no longer; by link, or by a word that a named person takes down."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.consent import (
    MUST_FOLLOW_A_YES,
    NO_KINDS,
    ConsentEntry,
    ConsentKind,
    Purpose,
    Route,
    standing,
)
from service.policy.consent_wording import asks_about_visits, child_wording_for, wording_for
from service.policy.people import (
    Child,
    ChildId,
    ConsentEntryId,
    ParentId,
    Role,
    StaffId,
)
from service.policy.session import SessionState
from service.store.consents import consent, policies
from service.store.consents.consent import Word
from service.store.families import deputies, people, ties
from service.store.families.ties import Paper
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.workflows.consents import asking
from service.workflows.consents.contradicting import look_for_conflict, look_for_contradiction
from service.workflows.consents.naming import name_only, named_by
from service.workflows.consents.taking_down import confirm_word, taken_down_by
from service.workflows.consents.teaching import must_not_teach
from service.workflows.families.deputising import who_answered
from service.workflows.families.kin import must_not_take_down_yes
from service.workflows.meetings import falling

EVENTS = {
    ConsentKind.GIVEN: Event.CONSENT_GIVEN,
    ConsentKind.REFUSED: Event.CONSENT_REFUSED,
    ConsentKind.WITHDRAWN: Event.CONSENT_WITHDRAWN,
    ConsentKind.INVALIDATED: Event.CONSENT_INVALIDATED,
    ConsentKind.LAPSED: Event.CONSENT_LAPSED,
}

SAID_BY_THE_GIVER = frozenset({ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.WITHDRAWN})


@dataclass(frozen=True)
class SayWord:
    """One word of one giver. By link the actor is the giver, or a deputy of a giver that is a team;
    otherwise a person takes it down, and names the deputy who spoke in `answered_by`.

    `says_visits` is about a paper: whether its words say that second staff may visit several sessions
    (POL-03). By any other route the words are those that we put to families now. `shown` and
    `child_shown` are the translations that a page showed beside them. `witnesses` took and checked a
    paper.
    """

    child_id: ChildId
    giver_id: ParentId
    purpose: Purpose
    kind: ConsentKind
    route: Route
    evidence: str | None = None
    policy_version: str | None = None
    valid_until: datetime | None = None
    present_adults: tuple[ParentId, ...] = ()
    language: str = "en"
    child_agrees: bool = False
    answered_by: ParentId | None = None
    says_visits: bool = False
    shown: str | None = None
    child_shown: str | None = None
    witnesses: tuple[StaffId, StaffId] | None = None


def say_word(tx: Tx, command: SayWord) -> ConsentEntryId:
    """Append a word to the child's ledger, and let fall or clear whatever rests on it."""
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None:
        raise NotFound
    if child.merged_into is not None:
        raise Conflict(
            "This record was joined with another: answer for that one.",
            code="merged",
            details={"into": child.merged_into},
        )
    if command.kind in SAID_BY_THE_GIVER:
        by_link = command.route is Route.LINK
        spoken_by = who_answered(
            tx, command.giver_id, command.kind, by_link=by_link, named=command.answered_by
        )
        command = replace(command, answered_by=spoken_by)
    visits = _says_visits(tx, command)
    word = _word(tx, command, wording_for(command.purpose, child, visits=visits))
    if command.child_agrees and command.kind is ConsentKind.GIVEN and not child.is_of_age:
        childs_words = child_wording_for(visits=visits)
        word = replace(word, child_wording=childs_words, child_shown=command.child_shown)
    before = _word_before(tx, command)
    _must_fit(tx, command, child, before)
    word = _on_authority(tx, command, word)
    if child.is_of_age and command.kind is ConsentKind.GIVEN:
        # A student of age needs nobody beside them: they promise for themselves (pitfall 7).
        command = replace(command, present_adults=(*command.present_adults, command.giver_id))
    entry = ConsentEntry(
        entry_id=ConsentEntryId(tx.new_id("consent")),
        child_id=command.child_id,
        position=consent.next_position(tx, command.child_id),
        purpose=command.purpose,
        giver_id=command.giver_id,
        kind=command.kind,
        at=tx.now,
        policy_version=_policy_version(tx, command),
        valid_until=command.valid_until,
        child_agreed=word.child_wording is not None,
        answered_by=command.answered_by,
        says_visits=visits and command.kind is ConsentKind.GIVEN,
        taken_down_by=frozenset(filter(None, (word.recorded_by, *(word.witnesses or ())))),
    )
    consent.append_consent(tx, entry, word)
    note_word(tx, entry, word)
    _name_adults(tx, command, word, before)
    _confirm(tx, command)
    look_for_contradiction(tx, before, entry)
    look_for_conflict(tx, command.child_id)
    falling.decide_again(tx, affected)
    return entry.entry_id


def note_word(tx: Tx, entry: ConsentEntry, word: Word) -> None:
    """Record a word that was appended to a ledger."""
    subjects = {"child": entry.child_id, "giver": entry.giver_id, "consent": entry.entry_id}
    if entry.answered_by is not None:
        subjects["deputy"] = entry.answered_by
    facts = {
        "purpose": entry.purpose.value,
        "route": word.route.value,
        "position": entry.position,
        "policy_version": entry.policy_version,
        "child_agreed": entry.child_agreed,
        "says_visits": entry.says_visits,
        "authority": word.authority.value if word.authority else None,
        "document_on": word.paper.dated_on.isoformat() if word.paper.dated_on else None,
    }
    shown = ("wording", "child_wording", "shown", "child_shown", "evidence", "recorded_by")
    payload = {name: getattr(word, name) for name in shown}
    payload["witnesses"] = list(word.witnesses or ())
    payload["document"] = word.paper.reference
    tx.record(Entry(EVENTS[entry.kind], entry.child_id, subjects, facts, payload))


def _says_visits(tx: Tx, command: SayWord) -> bool:
    if command.purpose is not Purpose.TAKE_PART:
        return False
    # A paper may be older than what we ask now, or newer: it says what it says.
    if command.route is Route.PAPER:
        return command.says_visits
    return asks_about_visits(tx.house.organisation)


def _word(tx: Tx, command: SayWord, wording: str) -> Word:
    if command.route is Route.LINK:
        speaker = command.answered_by or command.giver_id
        if not (tx.by.has(Role.PARENT) and tx.by.subject == speaker):
            raise NotAllowed("Only the parent can answer by link.")
        return Word(Route.LINK, None, None, wording, command.language, shown=command.shown)
    recorded_by = taken_down_by(tx, command.route, command.evidence)
    if command.kind is ConsentKind.GIVEN:  # a no is taken down by anybody
        must_not_teach(tx, command.child_id)
        must_not_take_down_yes(tx, command.child_id)
    return Word(
        command.route,
        recorded_by,
        command.evidence,
        wording,
        command.language,
        witnesses=command.witnesses,
    )


def _on_authority(tx: Tx, command: SayWord, word: Word) -> Word:
    """The word with what the giver's say rests on today: the tie may change, the word does not."""
    found = ties.terms_of(tx, command.child_id, command.giver_id)
    if found is None:
        return word
    _, authority, document, dated_on, _ = found
    return replace(word, authority=authority, paper=Paper(document, dated_on))


def _word_before(tx: Tx, command: SayWord) -> ConsentEntry | None:
    """The giver's word as it counts until this one is said."""
    ledger = consent.ledgers(tx, (command.child_id,))[command.child_id]
    return next(iter(standing(ledger, command.purpose, frozenset({command.giver_id}))), None)


def _must_fit(tx: Tx, command: SayWord, child: Child, before: ConsentEntry | None) -> None:
    # A no is heard from everybody with authority, one under a restriction too (pitfall 2).
    heard = child.deciders if command.kind in NO_KINDS else child.givers
    if command.giver_id not in heard:
        raise InvalidInput.of(
            "giver_id", "no_authority", "This adult has no authority to consent for the child."
        )
    if any(deputies.is_team(tx, adult_id) for adult_id in command.present_adults):
        raise InvalidInput.of(
            "present_adults", "is_a_team", "Name a person who is there, not a team."
        )
    strangers = set(command.present_adults) - (child.adults - child.barred)
    if strangers:
        raise InvalidInput.of(
            "present_adults", "not_family", "Name only adults who are on the child's record."
        )
    said_yes = before is not None and before.kind is ConsentKind.GIVEN
    if command.kind in MUST_FOLLOW_A_YES and not said_yes:
        raise Conflict("There is no consent of this adult to take back.", code="no_consent")
    if command.kind is ConsentKind.INVALIDATED and command.route is Route.LINK:
        raise InvalidInput.of("kind", "staff_only", "Staff invalidate what was never right.")


def _policy_version(tx: Tx, command: SayWord) -> str:
    newest = policies.newest_policy(tx)
    if newest is None:
        raise Conflict("No policy has been published yet.", code="no_policy")
    if command.kind is ConsentKind.GIVEN and command.policy_version != newest.version:
        raise InvalidInput.of(
            "policy_version", "not_in_force", "The policy has changed. Read the newest and agree."
        )
    return newest.version


def _name_adults(tx: Tx, command: SayWord, word: Word, before: ConsentEntry | None) -> None:
    """Note which adults the giver names; they are asked about the child's coming sessions, unless they
    were named for them by the word before this one."""
    if command.kind is not ConsentKind.GIVEN or command.purpose is not Purpose.TAKE_PART:
        return
    named_before = named_by(tx, command.child_id, command.giver_id)
    named_now = frozenset(command.present_adults)
    name_only(tx, command.child_id, command.giver_id, named_now, word)
    for session_id in sessions.running_of_child(tx, command.child_id):
        session = sessions.get(tx, session_id)
        if session.state is not SessionState.BOOKED:
            continue
        counted = before is not None and before.is_live_until(session.ends_at)
        for adult_id in sorted(named_now - (named_before if counted else frozenset())):
            asking.ask_adult(tx, session, command.child_id, adult_id)


def _confirm(tx: Tx, command: SayWord) -> None:
    """A word that staff took down goes back to the parent, with a way to say no."""
    if command.route is Route.LINK:
        return
    word = f"consent {command.kind.value}"
    # A paper was not said just now, and papers come in many at once: they wait for the hours (POL-23).
    template = "paper_noted" if command.route is Route.PAPER else "word_taken_down"
    spoke = command.answered_by
    for told in (spoke,) if spoke else deputies.speakers(tx, command.giver_id):
        link = asking.consent_link(tx, command.child_id, told)
        confirm_word(tx, told, command.child_id, word, link, template)
