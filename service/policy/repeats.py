"""When a child's adult has failed so often that a person must look at it (POL-02, pitfall 15).

Each failure is an alert of its own, seen to and closed by itself; nobody need notice that it is the third.
"""

from datetime import timedelta

FAILURES = frozenset({"nobody_came", "adult_not_shown", "adult_left"})
"""Breaches of the watch that say that a child's adult was late, was not there, or left."""

TOO_OFTEN = 3
"""In how many sessions of one child this may be so until it is an alert."""

WITHIN = timedelta(weeks=6)
"""How long a failure counts."""
