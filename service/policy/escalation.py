"""Whom an open alert reaches, how, and when next, until somebody says that they are on it (POL-11)."""

from datetime import datetime, timedelta

NEWS_AGAIN_AFTER = timedelta(minutes=5)
"""What was over for as long is news when it comes back; what flickers faster is the same spell."""


def rings_again(over_since: datetime, now: datetime) -> bool:
    """Whether what was over since then, and holds again now, is to be brought to people anew, even if
    somebody was on it before."""
    return now - over_since >= NEWS_AGAIN_AFTER
