"""Outages, of ours and of providers: how long nobody watched, and what is done meanwhile (pitfall 55)."""

from datetime import datetime, timedelta
from enum import StrEnum

LONGEST = timedelta(hours=24)
"""How far ahead an outage may call sessions off: further ahead, families are told another day."""


class BlindCause(StrEnum):
    """Why rooms were not watched for a time."""

    OUR_SERVICE = "our_service"
    """We were down, or our watch stood still."""
    LOST_WATCH = "lost_watch"
    """The provider's promise to tell us had run out or was gone."""
    SILENT_HOOK = "silent_hook"
    """The provider did not tell us what a look of our own found."""


def overlaps(began_at: datetime, ended_at: datetime, since: datetime, until: datetime) -> bool:
    """Whether a room that ran from `since` until `until` was unwatched for a part of it."""
    return began_at < until and since < ended_at
