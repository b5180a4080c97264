"""What each call costs of Zoom's published limits, and which permission (scope) it needs.

https://developers.zoom.us/docs/api/rate-limits/ (limits hold for all apps of an account together)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from service.ports import Draw

PlanName = Literal["pro", "business"]

WRITES_A_DAY = 100
_WRITES_KEPT = 20
_ONE_CLOSING = 4
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class Label(StrEnum):
    """Zoom's classes of calls."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True)
class Operation:
    """One kind of call. `older_scope` is the wider one that apps made before 2024 may have.

    `makes_safer`: it may use what budgets keep back, so that ending never queues behind creating.
    `part_of_day`: of a day's heavy calls it takes at most one in so many, so that others have theirs.
    """

    method: str
    label: Label
    scope: str
    older_scope: str
    makes_safer: bool = False
    part_of_day: int = 1

    def is_granted(self, granted: frozenset[str]) -> bool:
        """Whether a token with these scopes may do this; a master account's scope is wider."""
        as_master = f"{self.scope.removesuffix('admin')}master"
        return bool(granted & {self.scope, as_master, self.older_scope})


_READ, _WRITE, _REPORT = "meeting:read:admin", "meeting:write:admin", "report:read:admin"
_USER = "user:read:admin"

READ_USER = Operation("GET", Label.LIGHT, "user:read:user:admin", _USER)
READ_SETTINGS = Operation("GET", Label.MEDIUM, "user:read:settings:admin", _USER)
CREATE = Operation("POST", Label.LIGHT, "meeting:write:meeting:admin", _WRITE)
READ = Operation("GET", Label.LIGHT, "meeting:read:meeting:admin", _READ)
LIST = Operation("GET", Label.MEDIUM, "meeting:read:list_meetings:admin", _READ)
END = Operation("PUT", Label.LIGHT, "meeting:update:status:admin", _WRITE, makes_safer=True)
DELETE = Operation("DELETE", Label.LIGHT, "meeting:delete:meeting:admin", _WRITE, makes_safer=True)
REGISTER = Operation("POST", Label.LIGHT, "meeting:write:registrant:admin", _WRITE)
LIST_REGISTRANTS = Operation("GET", Label.MEDIUM, "meeting:read:list_registrants:admin", _READ)
CANCEL_REGISTRANTS = Operation(
    "PUT", Label.MEDIUM, "meeting:update:registrant_status:admin", _WRITE, makes_safer=True
)
READ_PAST = Operation("GET", Label.LIGHT, "meeting:read:past_meeting:admin", _READ)
LIST_INSTANCES = Operation("GET", Label.MEDIUM, "meeting:read:list_past_instances:admin", _READ)
LIST_PAST_PARTICIPANTS = Operation(
    "GET", Label.MEDIUM, "meeting:read:list_past_participants:admin", _READ
)
REPORT_PARTICIPANTS = Operation(
    "GET", Label.HEAVY, "report:read:list_meeting_participants:admin", _REPORT
)
# Not needed, but used where an administrator grants it:
READ_LOCKS = Operation(
    "GET", Label.MEDIUM, "account:read:lock_settings:admin", "account:read:admin"
)
LIST_INSIDE = Operation(
    "GET",
    Label.HEAVY,
    "dashboard:read:list_meeting_participants:admin",
    "dashboard_meetings:read:admin",
    part_of_day=2,
)
READ_ACCOUNT = Operation("GET", Label.MEDIUM, "account:read:settings:admin", "account:read:admin")

FOR_MEETINGS = (
    *(READ_USER, READ_SETTINGS, CREATE, READ, LIST, END, DELETE),
    *(REGISTER, LIST_REGISTRANTS, CANCEL_REGISTRANTS),
)
FOR_REPORTS = (READ_PAST, LIST_INSTANCES, LIST_PAST_PARTICIPANTS, REPORT_PARTICIPANTS)


def missing_scopes(
    granted: frozenset[str], needed: tuple[Operation, ...] = FOR_MEETINGS + FOR_REPORTS
) -> tuple[str, ...]:
    """What these calls need and the token lacks; the older, wider scopes count as well."""
    return tuple(one.scope for one in needed if not one.is_granted(granted))


@dataclass(frozen=True)
class _Limits:
    per_second: Mapping[Label, int]
    heavy_per_day: int


_LIMITS: Mapping[PlanName, _Limits] = {
    "pro": _Limits({Label.LIGHT: 30, Label.MEDIUM: 20, Label.HEAVY: 10}, 30_000),
    "business": _Limits({Label.LIGHT: 80, Label.MEDIUM: 60, Label.HEAVY: 40}, 60_000),
}


def draws_for(
    account_id: str, plan: PlanName, label: Label, *, part_of_day: int = 1
) -> tuple[Draw, ...]:
    """What one call with this label takes from the account's limits.

    A tenth of each second is kept for calls that make things safer, and at least what one closing
    takes; none of those is heavy.
    """
    # The account id opens nothing, but is no one's business who reads a budget's name in a log.
    account = sha256(account_id.encode()).hexdigest()[:12]
    name = f"zoom:{account}:{label}"
    most = _LIMITS[plan].per_second[label]
    if label is not Label.HEAVY:
        return (Draw(name, most, _SECOND, reserve=max(_ONE_CLOSING, most // 10)),)
    a_day = _LIMITS[plan].heavy_per_day
    all_day = Draw(f"{name}:day", a_day, _DAY)
    part = Draw(f"{name}:day:part_{part_of_day}", a_day // part_of_day, _DAY)
    return (Draw(name, most, _SECOND), all_day, *((part,) if part_of_day > 1 else ()))


def draw_for_write(host_id: str) -> Draw:
    """What one create takes from the 100 creates and updates a host has each UTC day."""
    return Draw(f"zoom:host:{host_id}", WRITES_A_DAY, _DAY, reserve=_WRITES_KEPT)


def label_of(stated: str, expected: Label) -> Label:
    """The label that Zoom stated in `X-RateLimit-Category`, if it is one we know.

    Zoom's documents disagree on some calls and change; what the answer says counts.
    """
    if stated.strip().lower() == "resource-intensive":
        return Label.HEAVY
    try:
        return Label(stated.strip().lower())
    except ValueError:
        return expected
