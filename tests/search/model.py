"""A small model of its own of what was said and agreed, kept beside the service and asking it nothing.

It says what must hold for a child to be in an open session, in the plainest words there are. It knows
neither the rules of `service.policy` nor its types: a mistake there must not be repeated here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.search.kept import ChildKept, Lesson, Promise

NO = ("refused", "withdrawn")
BARRED_FOR = ("no_contact", "deceased", "merged")


@dataclass
class Model:
    """Everything that was said, by whom, and who may work. `same`: entries of the staff that are of one
    person; `may_be`: who of the staff turned out to be which adult."""

    children: dict[str, ChildKept] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    related: set[tuple[str, str]] = field(default_factory=set)
    same: set[frozenset[str]] = field(default_factory=set)
    may_be: set[tuple[str, str]] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    custodians: set[str] = field(default_factory=set)
    on_rota: set[str] = field(default_factory=set)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    promised: int = 0

    # --- what was said --------------------------------------------------------------------------

    def hear(
        self,
        child: str,
        adult: str,
        kind: str,
        named: set[str],
        *,
        child_too: bool = False,
        taken_by: str | None = None,
    ) -> None:
        """An adult's word about a child; a yes names who may be present from now on. `child_too`: with
        it the child itself agreed. `taken_by`: the member of staff who took it down."""
        kept = self.children[child]
        kept.spoken += 1
        word = (kind, kept.spoken)
        if kind in NO:
            kept.refused[adult] = word
        # That a yes was never right brings back the no before it, however long ago that was said.
        kept.words[adult] = kept.refused.get(adult, word) if kind == "invalidated" else word
        if kind == "invalidated":
            kept.agreed.discard(adult)
        kept.taken_by[adult] = taken_by
        if kind == "given":
            kept.named[adult] = named
            kept.agreed |= {adult} if child_too else set()

    def settle(self, child: str, *, stands: bool) -> None:
        """The lead has settled every word there is now."""
        kept = self.children[child]
        kept.spoken += 1
        kept.decided_against = not stands
        kept.settled = kept.settled | self.positions(child) if stands else set()

    def positions(self, child: str) -> set[int]:
        """The places of the words that stand, of those with a say."""
        kept = self.children[child]
        return {number for adult, (_, number) in kept.words.items() if kept.say.get(adult)}

    def merge(self, child: str, into: str) -> None:
        """Two records of a child became one; a no in the first is to be reviewed."""
        kept = self.children[child]
        kept.merged = True
        self.children[into].people |= {child, *kept.people}
        if kept.decided_against or list(self.refusals(child)):
            self.settle(into, stands=False)
        for adult in {*kept.say, *kept.gone} - self.children[into].gone:
            self.join((child, adult), (into, adult))

    def merge_adults(self, adult: str, into: str) -> None:
        """Two records of an adult became one: the first one counts no more."""
        for child, kept in self.children.items():
            if {adult, into} & kept.people:
                kept.people |= {adult, into}
            self.join((child, adult), (child, into))
        self.may_be |= {(staff, into) for staff, one in self.may_be if one == adult}
        if adult in self.barred and (into not in self.barred or self.is_barred(adult)):
            self.barred[into] = self.barred[adult]
        self.barred[adult] = "merged"

    def join(self, merged: tuple[str, str], into: tuple[str, str]) -> None:
        """What an adult was on one record counts on another: a say of their own always, what was given
        only while it was not taken away on either."""
        (other, then), (kept, now) = (
            (self.children[child], adult) for child, adult in (merged, into)
        )
        own = other.say.get(then, False) and then not in other.delegated
        own_here = kept.say.get(now, False) and now not in kept.delegated
        if then in other.say and (own or now not in kept.gone):
            if then in other.delegated and not own_here:
                kept.delegated.add(now)
            elif own:
                kept.delegated.discard(now)
            kept.say[now] = other.say[then] or kept.say.get(now, False)
            kept.gone.discard(now)
        elif then in other.gone and now in kept.say and not own_here:
            self.part(*into)
        elif then in other.gone and now not in kept.say:
            kept.gone.add(now)

    def put(self, child: str, adult: str, *, says: bool, delegated: bool = False) -> None:
        """An adult is on the child's record, with a say or without; whoever had none until now answers
        anew."""
        kept = self.children[child]
        if not kept.say.get(adult):
            self.lapse(child, adult)
        kept.say[adult] = says
        kept.people.add(adult)
        kept.gone.discard(adult)
        kept.delegated.discard(adult)
        if delegated:
            kept.delegated.add(adult)

    def part(self, child: str, adult: str) -> None:
        """An adult is on the child's record no more."""
        self.lapse(child, adult)
        kept = self.children[child]
        del kept.say[adult]
        kept.delegated.discard(adult)
        kept.gone.add(adult)
        self.take_back(child, adult)

    def lapse(self, child: str, adult: str) -> None:
        """A yes ends with the say it was given on; a no stays."""
        kept = self.children[child]
        if kept.words.get(adult, ("", 0))[0] == "given":
            kept.spoken += 1
            kept.words[adult] = ("lapsed", kept.spoken)

    def promise(self, lesson: str, child: str, promise: Promise) -> None:
        """A promise to be present."""
        self.promised += 1
        promise.number = self.promised
        self.lessons[lesson].promises.setdefault(child, []).append(promise)

    def take_back(self, child: str, adult: str | None = None, lesson: str | None = None) -> None:
        """Promises for a child are no more: an adult's or all, for a lesson or all."""
        for name, one in self.lessons.items():
            if lesson in (None, name):
                one.promises[child] = [
                    promise
                    for promise in one.promises.get(child, [])
                    if adult is not None and promise.adult != adult
                ]

    # --- what follows ---------------------------------------------------------------------------

    def entries(self, *staff: str | None) -> set[str]:
        """These of the staff, under every entry of theirs."""
        these = {one for one in staff if one is not None}
        return these.union(*(pair for pair in self.same if pair & these))

    def staff_who_may_be(self, adult: str) -> set[str]:
        """Who of the staff an adult may be, under every entry of theirs."""
        return self.entries(*(staff for staff, one in self.may_be if one == adult))

    def is_barred(self, adult: str) -> bool:
        """Whether a court order, death or a merge keeps the adult away."""
        return self.barred.get(adult) in BARRED_FOR

    def refusals(self, child: str) -> Iterator[str]:
        """Who says no, and nobody has settled it."""
        kept = self.children[child]
        for adult, (kind, number) in kept.words.items():
            if kept.say.get(adult) and kind in NO and number not in kept.settled:
                yield adult

    def agreeing(self, child: str, tutor: str | None = None) -> list[str]:
        """Whose yes counts; for a lesson, what its tutor took down does not."""
        kept = self.children[child]
        return [
            adult
            for adult, (kind, _) in kept.words.items()
            if kind == "given"
            and kept.say.get(adult)
            and not self.is_barred(adult)
            and (tutor is None or kept.taken_by[adult] != tutor)
        ]

    def may_be_present(self, child: str, adult: str) -> bool:
        """Whether somebody whose own yes counts has named an adult whom nothing keeps away."""
        kept = self.children[child]
        if adult not in kept.say or self.is_barred(adult):
            return False
        return any(adult in kept.named[giver] for giver in self.agreeing(child))

    def promise_of(self, lesson: str, child: str) -> Promise | None:
        """The newest promise that counts."""
        one = self.lessons[lesson]
        fitting = [
            promise
            for promise in one.promises.get(child, [])
            if promise.terms == one.terms and self.may_be_present(child, promise.adult)
        ]
        return max(fitting, key=lambda promise: promise.number, default=None)

    def against_child(self, lesson: str, child: str) -> str | None:
        """Why this child may not be in the lesson; None if nothing is known against it."""
        kept = self.children[child]
        if kept.merged:
            return "the record was merged"
        if kept.of_age:
            return "the student is of age and has not agreed"
        if not self.agreeing(child, self.lessons[lesson].tutor):
            return "nobody with a say agrees"
        if not kept.agreed:
            return "the child itself has not agreed"
        if kept.decided_against:
            return "it was decided that no consent stands"
        if list(self.refusals(child)):
            return "somebody with a say refuses"
        if self.promise_of(lesson, child) is None:
            return "nobody who may be present has promised"
        if self.are_family(lesson, child):
            return "tutor or second staff are family"
        return None

    def are_family(self, lesson: str, child: str) -> bool:
        """Whether tutor or second staff were declared family of the child or of an adult of its."""
        one = self.lessons[lesson]
        theirs = {child, *self.children[child].people}
        staff = self.entries(one.tutor, one.second)
        return any(who in staff and of in theirs for who, of in self.related | self.may_be)

    def against_staff(self, lesson: str) -> str | None:
        """Why these staff may not hold the lesson; None if nothing is known against it."""
        one = self.lessons[lesson]
        if one.second is None or not one.accepted:
            return "no second member of staff has accepted"
        tutor, second = self.entries(one.tutor), self.entries(one.second)
        if one.second in tutor:
            return "tutor and second staff are one person"
        if (tutor | second) & self.suspended:
            return "tutor or second staff is suspended"
        sides = ((tutor, second), (second, tutor))
        if any(who in one and of in other for who, of in self.related for one, other in sides):
            return "tutor and second staff are related"
        return None

    def against(self, lesson: str) -> str | None:
        """Why the lesson may not be open; None if nothing is known against it."""
        found = self.against_staff(lesson)
        if found is not None:
            return found
        reasons = [self.against_child(lesson, child) for child in self.lessons[lesson].children]
        return None if None in reasons else f"no child may be in it: {reasons}"
