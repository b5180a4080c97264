"""Every fault that a provider's call can meet, in pairs: it failed, or it failed to tell us."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.world import World


@dataclass(frozen=True)
class Fault:
    """What goes wrong. `at` narrows it to one provider; `lost`: it worked, and we are not told."""

    kind: str
    more: Mapping[str, object] = field(default_factory=dict)
    name: str = ""
    at: str = ""
    lost: bool = False

    def __str__(self) -> str:
        return self.name or self.kind


FAILED = (
    Fault("drop_before"),
    Fault("status_before", {"status": 503}, "unavailable"),
    Fault("rate_limit", {"form": "seconds"}, "busy_seconds"),
    Fault("rate_limit", {"form": "http_date"}, "busy_http_date"),
    Fault("rate_limit", {"form": "iso"}, "busy_iso"),
    Fault("rate_limit", {"form": "fractional"}, "busy_fractional", at="teams"),
    Fault("html"),
    Fault("redirect"),
    Fault("unauthorised"),
    Fault("ok_with_error", at="zoom"),
    Fault("refuse", {"status": 400}, "refused", at="zoom"),
    Fault("status_before", {"status": 403}, "forbidden", at="teams"),
)
LOST = (
    Fault("drop_after", lost=True),
    Fault("status_after", {"status": 500}, lost=True),
    Fault("cut_after", lost=True),
)
WHOLE = bool(os.environ.get("WHOLE_CONTRACT"))
"""`make contract`: each fault of each call on both databases. Else all of a create, and of every
other call one that failed, one that must wait and one that failed to tell us."""

AT_ONCE = ("rate_limit", "refuse")
"""What the service does not ask again about at once."""

EVERY = FAILED + LOST
OF_A_KIND = tuple(
    one
    for one in EVERY
    if str(one) not in ("busy_http_date", "busy_iso", "busy_fractional", "html", "redirect")
    and str(one) != "ok_with_error"
)
"""One of each that the service tells apart; each of the others is told from the same answer as one
of these, which every create shows."""

OF_A_READING = tuple(
    one for one in EVERY if str(one) in ("drop_before", "busy_seconds", "cut_after")
)
"""Where nothing is changed, not being told is the same as having failed."""

ONE_OF_EACH = ("drop_before", "busy_seconds", "drop_after")
"""What is tried on the second database too: it failed, it must wait, it failed to tell us."""


@dataclass(frozen=True)
class Called:
    """A call of one provider that the service makes. `tries`: how often it asks before it gives up."""

    provider: str
    name: str
    tries: int = 3
    changes: bool = True

    def __str__(self) -> str:
        return f"{self.provider}-{self.name}"

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those it can meet."""
        known = EVERY if self.name == "create_meeting" else OF_A_KIND
        known = known if self.changes else OF_A_READING
        if self.name != "create_meeting" and not WHOLE:
            known = tuple(one for one in known if str(one) in ONE_OF_EACH)
        return tuple(one for one in known if one.at in ("", self.provider) and self.meets(one))

    def meets(self, fault: Fault) -> bool:
        """A create whose token is refused is sent again, which no other create ever is."""
        return not (self.name == "create_meeting" and fault.kind == "unauthorised")


def each(calls: Iterable[Called], *also_on_postgresql: str) -> pytest.MarkDecorator:
    """A test of each call under each of its faults; of the calls named, some on PostgreSQL too.

    With `WHOLE_CONTRACT` set, each fault of each call is tried on both.
    """
    cases = []
    for call in calls:
        for fault in call.faults:
            cases.append(_case("sqlite", call, fault))
            chosen = str(call) in also_on_postgresql and str(fault) in ONE_OF_EACH
            if chosen or WHOLE:
                cases.append(_case("postgresql", call, fault))
    names = ("database_url", "provider", "call", "fault")
    return pytest.mark.parametrize(names, cases, indirect=["database_url", "provider"])


def _case(database: str, call: Called, fault: Fault) -> object:
    marks = [pytest.mark.postgres] if database == "postgresql" else []
    name = f"{call}-{fault}-{database}"
    return pytest.param(database, call.provider, call, fault, id=name, marks=marks)


async def it_happens(world: World, call: Called, fault: Fault, *, skip: int = 0) -> None:
    """Order the fault for the next such call, as often as the service asks in one go."""
    rooms = world.house.rooms
    if call.name == "token":
        await rooms.control("POST", "tokens/revoke")
    tries = 1 if fault.kind in AT_ONCE else call.tries
    # aiohttp itself asks once more where a kept connection breaks and nothing would be done twice.
    again = 2 if fault.kind.startswith("drop") and tries > 1 else 1
    await rooms.fault(call.name, fault.kind, times=tries * again, skip=skip, **fault.more)
