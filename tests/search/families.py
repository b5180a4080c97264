"""What families, the lead and the office say about children and the adults round them."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from pydantic import SecretStr

from service.policy.consent import Basis, ConsentKind, Purpose, Route
from service.policy.people import Authority, ParentId, Restriction
from service.policy.presence import PresenceMode
from service.workflows.attending import presence
from service.workflows.consents import consent, resolving
from service.workflows.families import merging, onboarding, parting, placement
from tests.search.history import History
from tests.search.kept import Promise

SOME = st.integers(0, 11)
WORDS = st.sampled_from([ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.WITHDRAWN])


class Families(History):
    """Rules about consent, promises, and who is who."""

    def on_record(self, child: int, adult: int) -> tuple[str, ParentId] | None:
        """A child and one of the adults on its record."""
        child_id = self.children[child % len(self.children)]
        there = sorted(self.model.children[child_id].say, key=self.adults.index)
        return (child_id, there[adult % len(there)]) if there else None

    def family_agrees(self) -> None:
        """The first adult agrees, is named, and promises for the first lesson."""
        self.somebody_says(0, 0, ConsentKind.GIVEN, 0, spoken=False, agrees=True)
        self.an_adult_promises(0, 0, 0, PresenceMode.IN_THE_ROOM, shared=False)

    @rule(
        child=SOME, adult=SOME, kind=WORDS, naming=SOME, spoken=st.booleans(), agrees=st.booleans()
    )
    def somebody_says(
        self,
        child: int,
        adult: int,
        kind: ConsentKind,
        naming: int,
        spoken: bool,
        agrees: bool,
    ) -> None:
        """A yes, a no, or no longer: by link, or taken down by the office from the telephone."""
        found = self.on_record(child, adult)
        if found is None:
            return
        child_id, giver = found
        named = self.on_record(child, naming)
        present = {named[1], giver} if named and kind is ConsentKind.GIVEN else set()
        command = consent.SayWord(
            child_id,
            giver,
            Purpose.TAKE_PART,
            kind,
            Route.PHONE if spoken else Route.LINK,
            evidence="number on file" if spoken else None,
            policy_version="v3",
            present_adults=tuple(sorted(present)),
            child_agrees=agrees,
        )
        by = self.coordinator if spoken else self.parent(giver)
        kept = self.model.children[child_id]
        said_yes = kept.words.get(giver, ("", 0))[0] == "given"
        safer = kind is ConsentKind.REFUSED or (kind is ConsentKind.WITHDRAWN and said_yes)
        if safer and kept.say[giver] and not kept.merged:
            self.must(consent.say_word, command, by)
        elif not self.do(consent.say_word, command, by)[0]:
            return
        self.model.hear(
            child_id,
            giver,
            kind.value,
            {str(one) for one in present},
            child_too=agrees,
            taken_by=self.world.coordinator if spoken else None,
        )

    @rule(child=SOME, adult=SOME)
    def a_word_was_never_right(self, child: int, adult: int) -> None:
        """The office invalidates a consent."""
        found = self.on_record(child, adult)
        if found is None:
            return
        command = consent.SayWord(
            *found, Purpose.TAKE_PART, ConsentKind.INVALIDATED, Route.PHONE, evidence="file note"
        )
        if self.do(consent.say_word, command, self.coordinator)[0]:
            self.model.hear(*found, "invalidated", set())

    @rule(child=SOME, stands=st.booleans())
    def the_lead_settles(self, child: int, stands: bool) -> None:
        """The lead settles every word that stands, one way or the other."""
        child_id = self.children[child % len(self.children)]
        settles = tuple(sorted(self.model.positions(child_id)))
        command = resolving.ResolveConsent(
            child_id, Purpose.TAKE_PART, settles, Basis.AGREEMENT, stands, "they met"
        )
        if self.do(resolving.resolve_consent, command, self.lead)[0]:
            self.model.settle(child_id, stands=stands)

    @precondition(lambda self: self.lessons)
    @rule(
        lesson=SOME,
        child=SOME,
        adult=SOME,
        mode=st.sampled_from(PresenceMode),
        shared=st.booleans(),
    )
    def an_adult_promises(
        self, lesson: int, child: int, adult: int, mode: PresenceMode, shared: bool
    ) -> None:
        """A promise to be present, on the terms of now."""
        session_id, one = self.lesson(lesson)
        child_id = one.children[child % len(one.children)]
        found = self.on_record(self.children.index(child_id), adult)
        if found is None:
            return
        command = presence.MakePledge(
            session_id, *found, one.terms, mode, Route.LINK, shared=shared
        )
        if self.do(presence.make_pledge, command, self.parent(found[1]))[0]:
            on_camera = mode is PresenceMode.ON_CAMERA
            promise = Promise(found[1], one.terms, 0, shared, on_camera)
            self.model.promise(session_id, child_id, promise)

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, pick=SOME)
    def a_promise_is_taken_back(self, lesson: int, pick: int) -> None:
        """An adult will not be there."""
        session_id, one = self.lesson(lesson)
        standing = [
            (child, made.adult) for child in one.children for made in one.promises.get(child, [])
        ]
        if not standing or self.state(session_id) in ("ended", "closed", "lapsed", "cancelled"):
            return
        child_id, adult = standing[pick % len(standing)]
        command = presence.RevokePledge(session_id, child_id, adult, Route.LINK)
        self.must(presence.revoke_pledge, command, self.parent(adult))
        self.model.take_back(child_id, adult, session_id)

    # --- who is who -------------------------------------------------------------------------------

    @rule(adult=SOME, kind=st.sampled_from([None, *Restriction]))
    def an_adult_is_restricted(self, adult: int, kind: Restriction | None) -> None:
        """A court order, a death, a wish not to be written to; or it is lifted."""
        parent_id = self.adults[adult % len(self.adults)]
        command = parting.Restrict(parent_id, kind, False, "the paper says so")
        if self.do(parting.restrict, command, self.lead)[0]:
            self.model.barred.pop(parent_id, None)
            if kind is not None:
                self.model.barred[parent_id] = kind.value

    @rule(child=SOME, adult=SOME)
    def an_adult_leaves_the_record(self, child: int, adult: int) -> None:
        """A tie ends."""
        found = self.on_record(child, adult)
        if (
            found is not None
            and self.do(parting.end_tie, parting.EndTie(*found, "moved"), self.lead)[0]
        ):
            self.model.part(*found)

    @rule(child=SOME, adult=SOME, says=st.booleans(), lead=st.booleans())
    def an_adult_is_put_on_record(self, child: int, adult: int, says: bool, lead: bool) -> None:
        """A tie is added, comes back, or gains or loses its authority."""
        child_id = self.children[child % len(self.children)]
        parent_id = self.adults[adult % len(self.adults)]
        authority = Authority.PARENTAL_RESPONSIBILITY if says else Authority.NONE
        command = onboarding.PutTie(child_id, parent_id, "aunt", authority)
        if self.do(onboarding.put_tie, command, self.lead if lead else self.coordinator)[0]:
            self.model.put(child_id, parent_id, says=says)

    @rule(child=SOME, grown=st.booleans(), by=st.sampled_from(["coordinator", "machine", "lead"]))
    def a_date_of_birth_is_mended(self, child: int, grown: bool, by: str) -> None:
        """To that of a grown-up, or back."""
        child_id = self.children[child % len(self.children)]
        born_on = date(2000, 5, 5) if grown else date(2017, 5, 5)
        command = onboarding.PutChild(SecretStr("River"), born_on, child_id=child_id)
        if self.do(onboarding.put_child, command, getattr(self, by))[0]:
            self.model.children[child_id].of_age = grown

    @rule(child=SOME, into=SOME)
    def two_records_are_one_child(self, child: int, into: int) -> None:
        """The lead joins two records."""
        one, other = (self.children[pick % len(self.children)] for pick in (child, into))
        command = merging.MergeChild(one, other, "same birth certificate")
        if self.do(merging.merge_child, command, self.lead)[0]:
            self.model.merge(one, other)

    @rule(adult=SOME, into=SOME)
    def two_records_are_one_adult(self, adult: int, into: int) -> None:
        """The lead joins two records."""
        one, other = (self.adults[pick % len(self.adults)] for pick in (adult, into))
        command = merging.MergeParent(one, other, "same person, two numbers")
        if self.do(merging.merge_parent, command, self.lead)[0]:
            self.model.merge_adults(one, other)

    @rule(child=SOME, carer=SOME)
    def a_child_moves_house(self, child: int, carer: int) -> None:
        """A placement ends: whoever had no say of their own goes, and every promise with them."""
        child_id = self.children[child % len(self.children)]
        parent_id = self.adults[carer % len(self.adults)]
        newcomer = placement.NewCarer(
            parent_id, "carer", Authority.DELEGATED, "letter 7", date(2026, 11, 20)
        )
        self.must(onboarding.flag_child, onboarding.FlagChild(child_id, True, False), self.lead)
        command = placement.ChangePlacement(child_id, "new placement", None, (newcomer,))
        kept = self.model.children[child_id]
        if not self.do(placement.change_placement, command, self.lead)[0]:
            return
        for adult in [one for one, say in kept.say.items() if not say or one in kept.delegated]:
            self.model.part(child_id, adult)
        self.model.take_back(child_id)
        self.model.put(child_id, parent_id, says=True, delegated=True)
