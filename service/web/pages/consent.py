"""The consent page: what we ask, word for word, and a giver's yes, no, or no longer (POL-04, 32)."""

import hashlib
import json
from dataclasses import dataclass
from functools import partial

from service.errors import InvalidInput
from service.policy.case import ChildCase
from service.policy.consent import ConsentEntry, ConsentKind, Purpose, Route, standing
from service.policy.consent_wording import asks_about_visits, child_wording_for, wording_for
from service.policy.people import Child, ParentId
from service.store.consents import consent, policies
from service.store.consents.policies import PolicyVersion
from service.store.families import deputies, people, restrictions
from service.store.transactions import Reader
from service.web.pages.deeds import Deed, Form, Proof, Step, gathered, sure, ticked
from service.web.pages.languages import translation
from service.web.pages.opened import Opened, first_name
from service.workflows.consents.consent import SayWord, say_word

PURPOSE = Purpose.TAKE_PART
"""Recording stays off at the provider, so nobody is asked about it yet (POL-05)."""


@dataclass(frozen=True)
class Adult:
    """An adult on the child's record, as a giver sees one."""

    adult_id: ParentId
    first_name: str
    relation: str
    named: bool
    is_reader: bool


@dataclass(frozen=True)
class ConsentPage:
    """What a giver sees. One without authority sees contacts and guidance only.

    `named_unseen`: adults with hidden details whom this giver named before, by telephone. No page shows
    them, so no answer on a page takes them back.
    """

    opened: Opened
    giver_id: ParentId
    is_giver: bool
    word: ConsentEntry | None
    adults: tuple[Adult, ...]
    named_unseen: frozenset[ParentId]
    policy: PolicyVersion | None
    agreement_counts: bool
    of_age: bool
    child_has_agreed: bool
    asks_about_visits: bool
    wording: str
    child_wording: str
    shown: str | None
    child_shown: str | None

    template = "consent.html"

    @property
    def agrees(self) -> bool:
        """Whether this giver's own newest word is a yes."""
        return self.word is not None and self.word.kind is ConsentKind.GIVEN

    @property
    def words_digest(self) -> str:
        """Stands for all words on the page that are agreed to, so that an answer to others is noticed."""
        words = (self.wording, self.child_wording, self.shown, self.child_shown)
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def look(reader: Reader, opened: Opened) -> ConsentPage:
    """The page as it is now for the holder of the link."""
    link = opened.link
    child = people.children(reader, (link.child_id,))[link.child_id]
    giver_id = deputies.speaks_for(reader, link.parent_id, child)
    is_giver = giver_id in child.givers
    word = own_word(reader, child, giver_id)
    unseen = (
        restrictions.hidden_among(reader, child.adults - {giver_id}) if is_giver else frozenset()
    )
    visits = asks_about_visits(reader.house.organisation)
    wording, childs = wording_for(PURPOSE, child, visits=visits), child_wording_for(visits=visits)
    in_force = policies.organisation_now(reader, policies.IN_THE_END).policy_versions_in_force
    return ConsentPage(
        opened=opened,
        is_giver=is_giver,
        word=word,
        giver_id=giver_id,
        adults=_adults(reader, child, giver_id, unseen) if is_giver else (),
        named_unseen=_named_by(reader, child, giver_id) & unseen,
        policy=policies.newest_policy(reader) if is_giver else None,
        agreement_counts=word is not None and word.policy_version in in_force,
        of_age=child.is_of_age,
        child_has_agreed=_child_has_agreed(reader, child),
        asks_about_visits=visits,
        wording=wording,
        child_wording=childs,
        shown=translation(opened.language, wording),
        child_shown=translation(opened.language, childs),
    )


def _child_has_agreed(reader: Reader, child: Child) -> bool:
    ledger = consent.ledgers(reader, (child.child_id,))[child.child_id]
    return ChildCase(child, consents=ledger).has_agreed


def own_word(reader: Reader, child: Child, giver_id: ParentId) -> ConsentEntry | None:
    """The giver's own newest word, if they have authority and have answered."""
    if giver_id not in child.givers:
        return None
    ledger = consent.ledgers(reader, (child.child_id,))[child.child_id]
    return next(iter(standing(ledger, PURPOSE, frozenset({giver_id}))), None)


def _named_by(reader: Reader, child: Child, giver_id: ParentId) -> frozenset[ParentId]:
    pairs = consent.nominated(reader, (child.child_id,))[child.child_id]
    named = frozenset(adult for giver, adult in pairs if giver == giver_id)
    return named & child.adults - child.barred


def _adults(
    reader: Reader, child: Child, reader_id: ParentId, unseen: frozenset[ParentId]
) -> tuple[Adult, ...]:
    """Whom a giver may name on the page: never somebody whose details are hidden from the other side,
    whose name and relation may say where they are (pitfall 2)."""
    names = people.parent_names(reader, child.adults - child.barred - unseen)
    named = _named_by(reader, child, reader_id)
    return tuple(
        Adult(
            tie.parent_id,
            first_name(names[tie.parent_id]),
            tie.relation,
            tie.parent_id in named,
            tie.parent_id == reader_id,
        )
        for tie in child.ties
        if tie.parent_id in names and not deputies.is_team(reader, tie.parent_id)
    )


# --- deeds ------------------------------------------------------------------------------------------


def _say(page: ConsentPage, kind: ConsentKind, **more: object) -> tuple[Step, ...]:
    command = SayWord(
        child_id=page.opened.link.child_id,
        giver_id=page.giver_id,
        purpose=PURPOSE,
        kind=kind,
        route=Route.LINK,
        **more,  # type: ignore[arg-type]
    )
    return (Step(say_word, command),)


def _give(page: ConsentPage, form: Form) -> tuple[Step, ...]:
    adults, _, _ = gathered(
        partial(_named, page, form),
        partial(_to_these_words, page, form),
        partial(ticked, form, "agree", "Tick the box if you agree. Without it we cannot go on."),
    )
    return _say(
        page,
        ConsentKind.GIVEN,
        policy_version=form.get("policy_version", ""),
        present_adults=adults,
        language=page.opened.language,
        child_agrees=form.get("child_agrees") == "yes",
        shown=page.shown,
        child_shown=page.child_shown,
    )


def _to_these_words(page: ConsentPage, form: Form) -> None:
    # Words change with the cover modes, with the language and on the 18th birthday: a page that was
    # opened before is an answer to other words.
    if form.get("words") != page.words_digest:
        raise InvalidInput.of(
            "agree", "words_changed", "The words have changed. Please read them and answer anew."
        )


def _named(page: ConsentPage, form: Form) -> tuple[ParentId, ...]:
    if page.of_age:
        return ()  # the workflow names the student
    known = {adult.adult_id for adult in page.adults}
    ticked_ones = {adult_id for adult_id in known if adult_id in form.getall("adults", [])}
    named = ticked_ones | page.named_unseen
    if not named:
        raise InvalidInput.of("adults", "missing", "Name at least one adult who may be present.")
    return tuple(sorted(named))


def _refuse(page: ConsentPage, form: Form) -> tuple[Step, ...]:
    sure(form)
    return _say(page, ConsentKind.REFUSED)


def withdrawal(opened: Opened, form: Form, giver_id: ParentId | None = None) -> tuple[Step, ...]:
    """A giver takes consent back, from whatever page; no PIN, no reason."""
    sure(form)
    command = SayWord(
        child_id=opened.link.child_id,
        giver_id=giver_id or opened.link.parent_id,
        purpose=PURPOSE,
        kind=ConsentKind.WITHDRAWN,
        route=Route.LINK,
    )
    return (Step(say_word, command, done_already="no_consent"),)


def _withdraw(page: ConsentPage, form: Form) -> tuple[Step, ...]:
    return withdrawal(page.opened, form, page.giver_id)


DEEDS = {
    "give": Deed(Proof.PIN, _give),
    "refuse": Deed(Proof.NOTHING, _refuse),
    "withdraw": Deed(Proof.NOTHING, _withdraw),
}
