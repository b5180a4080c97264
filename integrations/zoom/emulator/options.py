"""What the account does that the documents leave open, or that differs between accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from integrations.zoom.emulator.scopes import ALL_SCOPES

LARGEST_PAGE = 2000

# label: (per second, per day); 0 is no limit. Heavy counts with the resource-intensive calls.
# https://developers.zoom.us/docs/api/rate-limits/
PLANS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "free": {"light": (4, 6_000), "medium": (2, 2_000), "heavy": (1, 1_000)},
    "pro": {"light": (30, 0), "medium": (20, 0), "heavy": (10, 30_000)},
    "business": {"light": (80, 0), "medium": (60, 0), "heavy": (40, 60_000)},
}


@dataclass
class Options:
    """Switches, all of them changeable while it runs by POST /control/options.

    `rate_headers` is `none`, `category` or `all`. `reports_ready_after` seconds: during the first
    half the reports are 404, during the second their durations are 0. `dashboard_lags` is how many
    seconds what the dashboard shows is old. `scopes` are those of tokens given from now on; those on
    the whole account are not among them unless put there.
    """

    # lists
    listing_delay_seconds: float = 0
    page_cap: int = LARGEST_PAGE
    rows_left_out: int = 0
    unused_expire_after_days: int = 30
    # sign-in and limits
    scopes: tuple[str, ...] = ALL_SCOPES
    per_second: dict[str, int] = field(default_factory=dict)
    per_day: dict[str, int] = field(default_factory=dict)
    rate_headers: str = "category"
    # registrants
    answers_join_url: bool = True
    most_registrants: int = 4_999
    # in the room
    allows_removal: bool = False
    removed_may_rejoin: bool = True
    auto_records: bool = False
    tells_left_when_put_back: bool = False
    # looking inside
    has_dashboard: bool = False
    dashboard_lags: float = 0
    # events
    sends_lifecycle: bool = True
    sends_registrations: bool = True
    # after the session
    reports_ready_after: float = 0
    shows_one_person_meetings: bool = False

    def change(self, wanted: Mapping[str, Any]) -> tuple[str, ...]:
        """Take new values; answers the names it does not know, and then nothing is changed."""
        known = {one.name for one in fields(self)} | {"plan"}
        unknown = tuple(sorted(wanted.keys() - known))
        if unknown or wanted.get("plan", "pro") not in PLANS:
            return unknown or ("plan",)
        if "plan" in wanted:
            self._take_plan(wanted["plan"])
        for name in wanted.keys() - {"plan"}:
            setattr(self, name, tuple(wanted[name]) if name == "scopes" else wanted[name])
        return ()

    def _take_plan(self, plan: str) -> None:
        self.per_second = {label: limits[0] for label, limits in PLANS[plan].items()}
        self.per_day = {label: limits[1] for label, limits in PLANS[plan].items()}
