"""The devices of a household at the door: whose the way in is, and what else a page must say of them."""

from dataclasses import dataclass
from datetime import datetime

from service.policy.admission import SlipPurpose
from service.policy.case import CaseFile, ChildCase
from service.store import link_uses, slips
from service.store.transactions import Reader
from service.web.pages.opened import Opened


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
