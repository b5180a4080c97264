"""The devices of a household at the door: whose the way in is, and what else a page must say of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.policy.admission import SlipPurpose
from service.policy.case import CaseFile, ChildCase
from service.policy.consent import Route
from service.policy.people import SessionId
from service.store.attending import slips
from service.store.families import link_uses
from service.store.transactions import Reader
from service.web.pages.deeds import Deed, Form, Proof, Step, nothing_yet, sure
from service.web.pages.opened import Opened
from service.workflows.attending.leaving import Leave, leave
from service.workflows.attending.slips import TakeBack, take_back
from service.workflows.attending.tapping import UnregisterDevice, unregister_device
from service.workflows.families.link_keeping import EndLinks, end_links


@dataclass(frozen=True)
class Household:
    """What a present adult sees of the household's devices.

    `code_until`: a code for the child's device is out until then. `handed_on_at`: the device went in
    with it. `used_elsewhere_at`: this link was last used in another browser (pitfall 17).
    """

    code_until: datetime | None
    handed_on_at: datetime | None
    has_second_device: bool
    left_at: datetime | None
    used_elsewhere_at: datetime | None


def look(reader: Reader, opened: Opened, case: CaseFile, child: ChildCase) -> Household:
    """The household of the link's child, as it is now."""
    out, used = None, None
    for slip in slips.standing(reader, case.session.session_id, child.child.child_id):
        if slip.purpose is SlipPurpose.WAY_IN:
            out, used = (slip.expires_at if slip.is_out(reader.now) else None), slip.used_at
    return Household(
        code_until=out,
        handed_on_at=used,
        has_second_device=child.second_device is not None,
        left_at=child.adult_left_at(case.session),
        used_elsewhere_at=link_uses.newest_elsewhere(
            reader, opened.link.link_id, opened.browser_hash
        ),
    )


# --- deeds ------------------------------------------------------------------------------------------


def _leave(page: Any, form: Form) -> tuple[Step, ...]:
    sure(form)
    link = page.opened.link
    command = Leave(_session(page), link.child_id, link.parent_id, Route.LINK)
    return (Step(leave, command, done_already="not_here"),)


def _take_back(page: Any, form: Form) -> tuple[Step, ...]:
    command = TakeBack(_session(page), page.opened.link.child_id)
    return (Step(take_back, command, done_already="not_found"),)


def _unregister(page: Any, form: Form) -> tuple[Step, ...]:
    command = UnregisterDevice(_session(page), page.opened.link.child_id)
    return (Step(unregister_device, command, done_already="not_found"),)


def _end_links(page: Any, form: Form) -> tuple[Step, ...]:
    sure(form)
    link = page.opened.link
    return (Step(end_links, EndLinks(_session(page), link.child_id, link.parent_id)),)


def _session(page: Any) -> SessionId:
    return SessionId(page.session.session_id)


HAND, HAND_TAPS, REGISTER, END_LINKS = "hand", "hand_taps", "register", "end_links"
DEEDS = {
    "leave": Deed(Proof.NOTHING, _leave),
    "take_back": Deed(Proof.NOTHING, _take_back),
    "unregister": Deed(Proof.NOTHING, _unregister),
    END_LINKS: Deed(Proof.NOTHING, _end_links),
    HAND: Deed(Proof.PIN_ONCE, nothing_yet),
    HAND_TAPS: Deed(Proof.PIN_ONCE, nothing_yet),
    REGISTER: Deed(Proof.PIN_ONCE, nothing_yet),
}
"""What can be done about the household's devices, beside going in."""
