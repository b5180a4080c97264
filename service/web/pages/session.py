"""A session's page for a present adult: promise, "I am here", the door, the statement (POL-02, 21).

A link shows the first letter of the child's name, the time and the purpose (pitfall 17). Whoever may
not be present sees nothing of a session: a giver sees the consent page, anybody else no page.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from service.errors import InvalidInput, NotFound
from service.policy.admission import child_of
from service.policy.attestation import Agreed, agreed, may_state_at
from service.policy.case import CaseFile, ChildCase
from service.policy.consent import ConsentKind, Route
from service.policy.people import ParentId, SessionId, StaffId
from service.policy.presence import Pledge, PresenceMode
from service.policy.session import ENGAGED, WITH_MEETING, Session, SessionState, Span
from service.store.attending import presence
from service.store.inspection import attestations
from service.store.sessions import cases, sessions
from service.store.staff import staff
from service.store.transactions import Reader
from service.web.pages import consent, household
from service.web.pages.deeds import (
    Deed,
    Form,
    Proof,
    Step,
    account,
    chosen,
    gathered,
    nothing_yet,
    sure,
    ticked,
)
from service.web.pages.household import Household
from service.web.pages.opened import Opened, first_name
from service.workflows.attending import promising
from service.workflows.attending.door import DoorView, look_household
from service.workflows.attending.presence import (
    CheckInFamily,
    MakePledge,
    RevokePledge,
    check_in,
    make_pledge,
    may_promise,
    revoke_pledge,
)
from service.workflows.attending.promising import Coming, MakePledges, Occasion, make_pledges
from service.workflows.inspection.attesting import MakeStatement, make_statement
from service.workflows.second_staff.calling_second_staff import (
    CallSecondStaff,
    are_called,
    call_second_staff,
)


@dataclass(frozen=True)
class SessionPage:
    """What a present adult sees. `phase` says which part of the session's life the page is about."""

    opened: Opened
    session: Session
    phase: str
    tutor: str
    second_staff: str | None
    own_pledge: Pledge | None
    pledge_counts: bool
    may_be_present: bool
    may_promise: bool
    checked_in: bool
    door: DoorView | None
    called: bool
    may_call: bool
    stated: bool
    agreed: tuple[Agreed, ...]
    agrees: bool
    check_in_opens_at: datetime
    of_age: bool
    elsewhere: bool
    coming: tuple[Coming, ...]
    household: Household

    template = "session.html"


def look(reader: Reader, opened: Opened) -> "SessionPage | consent.ConsentPage":
    """The page as it is now for the holder of the link."""
    session_id = opened.link.session_id
    if session_id is None:
        raise NotFound
    case = cases.load(reader, session_id)
    child = child_of(case, opened.link.child_id)
    if child is not None and child.was_named(opened.link.parent_id):
        return _session(reader, opened, case, child)
    if child is not None and opened.link.parent_id in child.child.givers:
        return consent.look(reader, opened)
    raise NotFound


def _session(reader: Reader, opened: Opened, case: CaseFile, child: ChildCase) -> SessionPage:
    session, own = case.session, opened.link.parent_id
    counting = child.pledge_for(session)
    word = consent.own_word(reader, child.child, own)
    here = child.here_since(own, session) is not None
    phase = _phase(reader, case)
    return SessionPage(
        opened=opened,
        session=session,
        phase=phase,
        tutor=_called(reader, session.tutor_id),
        second_staff=_called(reader, case.second_staff.staff_id) if case.second_staff else None,
        own_pledge=_own_pledge(child, opened, session),
        pledge_counts=counting is not None and counting.adult_id == own,
        may_be_present=child.may_be_present(own, session.ends_at),
        may_promise=may_promise(session, child) and phase in ("before", "day"),
        checked_in=here,
        door=_door(reader, opened, session) if here and phase == "day" else None,
        called=are_called(reader, session),
        may_call=phase == "day" and session.state in WITH_MEETING,
        stated=_has_stated(reader, opened, session),
        agreed=agreed(case, child.child.child_id),
        agrees=word is not None and word.kind is ConsentKind.GIVEN,
        check_in_opens_at=case.organisation.check_in_opens_at(session.starts_at),
        of_age=child.child.is_of_age,
        elsewhere=_is_promised_elsewhere(reader, session, own),
        coming=_coming(reader, opened, session) if phase == "before" else (),
        household=household.look(reader, opened, case, child),
    )


def _is_promised_elsewhere(reader: Reader, session: Session, own: ParentId) -> bool:
    span = Span(session.starts_at, session.ends_at)
    return bool(presence.promised_elsewhere(reader, frozenset({own}), span, session.session_id))


def _coming(reader: Reader, opened: Opened, session: Session) -> tuple[Coming, ...]:
    """What can be promised in one action: this session and the others still to be promised. A time
    for which the adult promised elsewhere is agreed to on its own page."""
    link = opened.link
    try:
        found = promising.coming_of(reader, link.child_id, link.parent_id)
    except NotFound:  # who may be present on the day of this session, and not today
        return ()
    open_ones = tuple(one for one in found if not one.promised and not one.elsewhere)
    others = [one for one in open_ones if one.session_id != session.session_id]
    return open_ones if others else ()


def _phase(reader: Reader, case: CaseFile) -> str:
    session, now = case.session, reader.now
    if session.state in (SessionState.LAPSED, SessionState.CANCELLED):
        return "off"
    if session.state not in ENGAGED:
        ended_at = sessions.record_of(reader, session.session_id).ended_at
        return "statement" if may_state_at(session, ended_at, now) else "over"
    if now >= session.ends_at:
        return "over"
    return "day" if now >= case.organisation.check_in_opens_at(session.starts_at) else "before"


def _called(reader: Reader, staff_id: StaffId) -> str:
    return first_name(staff.staff_record(reader, staff_id).name)


def _own_pledge(child: ChildCase, opened: Opened, session: Session) -> Pledge | None:
    own = opened.link.parent_id
    void = child.pledged_to_the_tutor(session)
    standing = (one for one in child.pledges if one.holds_for(session.terms) and one not in void)
    return next((one for one in standing if one.adult_id == own), None)


def _door(reader: Reader, opened: Opened, session: Session) -> DoorView:
    return look_household(reader, session.session_id, opened.link.child_id)


def _has_stated(reader: Reader, opened: Opened, session: Session) -> bool:
    return any(
        signed.statement.witness_id == opened.link.parent_id
        and signed.statement.child_id == opened.link.child_id
        for signed in attestations.of_session(reader, session.session_id)
    )


# --- deeds ------------------------------------------------------------------------------------------

TICK_PURPOSE = "Tick the box if you agree to the purpose."


def _terms(form: Form) -> int:
    """The terms that the adult was shown; an old page names old ones and is refused."""
    shown = form.get("terms", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) < 10):
        raise InvalidInput("This form is out of date. Open the page again.")
    return int(shown)


def _who(page: SessionPage) -> dict[str, object]:
    link = page.opened.link
    return {
        "session_id": page.session.session_id,
        "child_id": link.child_id,
        "adult_id": link.parent_id,
        "route": Route.LINK,
    }


def _pledge(page: SessionPage, form: Form) -> tuple[Step, ...]:
    mode, _, shared = gathered(
        partial(chosen, form, "mode", PresenceMode),
        partial(ticked, form, "agree", TICK_PURPOSE),
        partial(_in_one_place, page, form),
    )
    command = MakePledge(**_who(page), terms=_terms(form), mode=mode, shared=shared)  # type: ignore[arg-type]
    return (Step(make_pledge, command, done_already="pledged"),)


def _in_one_place(page: SessionPage, form: Form) -> bool:
    """Whether the adult agreed to be with several children at once; asked only where it is so."""
    if not page.elsewhere:
        return False
    ticked(form, "shared", "Tick the box if all the children are with you in one place.")
    if form.get("mode") == PresenceMode.ON_CAMERA.value:
        raise InvalidInput.of(
            "mode", "elsewhere", "You cannot be on camera in two sessions at once."
        )
    return True


def _pledges(page: SessionPage, form: Form) -> tuple[Step, ...]:
    mode, _, occasions = gathered(
        partial(chosen, form, "mode", PresenceMode),
        partial(ticked, form, "agree", "Tick the box if you agree to each purpose."),
        partial(_occasions, form),
    )
    link = page.opened.link
    command = MakePledges(occasions, link.child_id, link.parent_id, mode, Route.LINK)
    return (Step(make_pledges, command, done_already="pledged"),)


def _occasions(form: Form) -> tuple[Occasion, ...]:
    """The sessions that were left ticked, on the terms that the list showed."""
    chosen_ones = []
    for value in form.getall("occasion", []):
        session_id, _, terms = value.rpartition("~")
        if not (session_id and terms.isascii() and terms.isdigit() and len(terms) < 10):
            raise InvalidInput.of(
                "occasion", "out_of_date", "This form is out of date. Open the page again."
            )
        chosen_ones.append(Occasion(SessionId(session_id), int(terms)))
    if not chosen_ones:
        raise InvalidInput.of("occasion", "missing", "Choose at least one session.")
    return tuple(chosen_ones)


def _unpledge(page: SessionPage, form: Form) -> tuple[Step, ...]:
    sure(form)
    return (Step(revoke_pledge, RevokePledge(**_who(page))),)  # type: ignore[arg-type]


def _here(page: SessionPage, form: Form) -> tuple[Step, ...]:
    ticked(form, "agree", TICK_PURPOSE)
    command = CheckInFamily(**_who(page), terms=_terms(form))  # type: ignore[arg-type]
    return (Step(check_in, command),)


def _pledge_here(page: SessionPage, form: Form) -> tuple[Step, ...]:
    return (*_pledge(page, form), *_here(page, form))


def _state(page: SessionPage, form: Form) -> tuple[Step, ...]:
    command = MakeStatement(**_who(page), **account(form))  # type: ignore[arg-type]
    return (Step(make_statement, command, done_already="already_stated"),)


def _call(page: SessionPage, form: Form) -> tuple[Step, ...]:
    sure(form)
    command = CallSecondStaff(page.session.session_id, page.opened.link.child_id)
    return (Step(call_second_staff, command),)


def _withdraw(page: SessionPage, form: Form) -> tuple[Step, ...]:
    return consent.withdrawal(page.opened, form)


ENTER = "enter"
DEEDS = {
    "pledge": Deed(Proof.PIN, _pledge),
    "pledges": Deed(Proof.PIN, _pledges),
    "unpledge": Deed(Proof.NOTHING, _unpledge),
    "here": Deed(Proof.PIN, _here),
    "pledge_here": Deed(Proof.PIN, _pledge_here),
    "call": Deed(Proof.NOTHING, _call),
    "statement": Deed(Proof.PIN, _state),
    "withdraw": Deed(Proof.NOTHING, _withdraw),
    ENTER: Deed(Proof.PIN_ONCE, nothing_yet),
    **household.DEEDS,
}
