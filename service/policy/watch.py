"""The watch over a running room: each rule a sentence, its clauses, and what follows when it breaks.

A rule answers with breaches; none means that it holds. A breach opens one alert, which repeats fold
into; most lead further when nobody mends them: somebody standing by is called, a child is shut out,
the room is ended (POL-02, POL-03, POL-42). Rule numbers are permanent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.policy.watch_checks import (
    a_family_came,
    no_child_is_alone_with_the_tutor,
    nobody_is_in_a_breakout_room,
    nobody_is_inside_by_phone,
    nobody_unknown_is_inside,
    nobody_waits_for_long,
    second_staff_came,
    second_staff_is_with_the_child,
    second_staff_look,
    second_staff_was_not_put_out,
    the_adult_has_not_left,
    the_adult_is_shown,
    the_session_keeps_to_its_time,
    the_tutor_came,
    we_are_told,
    whoever_is_in_was_let_in,
)
from service.policy.watched import Breach, Watched

ENDED_BY_PEOPLE_ALONE = frozenset({"teams"})
"""Providers whose running calls nobody outside can end: people inside must be asked to (pitfall 54)."""

SILENT_ON_CHANGES = frozenset({"teams"})
"""Providers that do not tell us when somebody changes a meeting's settings: we look ourselves."""

A_LOOK = "by a look of our own within 8 minutes, where the provider shows who is in (Zoom with a dashboard)"
SIGHTED = (
    f"{A_LOOK}; elsewhere by second staff's next look that stays out: at the latest halfway through the "
    "planned time, and again before its end"
)
CLOCK = "nothing has to be heard: the clock alone tells"
OWN_WORD = "nothing has to be heard: second staff's own word tells"

Breaches = Iterator[Breach]


@dataclass(frozen=True)
class WatchRule:
    """One numbered rule of the watch. `check` is empty where the provider's single word breaks it, and
    there is nothing to look at. `unheard`: how it is noticed if the provider's word is lost, and how late
    at the latest."""

    number: str
    clauses: tuple[str, ...]
    sentence: str
    codes: tuple[str, ...]
    unheard: str
    check: Callable[[Watched], Breaches] | None = None


def breaches(watched: Watched) -> tuple[Breach, ...]:
    """Every rule that is broken, or will be unless something changes, by rule."""
    if not watched.is_running:
        return ()
    return tuple(
        breach for rule in WATCH_RULES if rule.check is not None for breach in rule.check(watched)
    )


WATCH_RULES: tuple[WatchRule, ...] = (
    WatchRule(
        "W-01",
        ("POL-03",),
        "While a child may be in the room, the second member of staff is in it. If not: an alert, and "
        "somebody standing by is called, within seconds; the room is ended when the grace time is over, "
        "which is longer while each child's own adult was last seen or heard. Where the provider tells us "
        "nothing, second staff say every few minutes that they are there. Second staff who visit rooms come "
        "again before the next visit is due.",
        ("second_staff_missing",),
        SIGHTED,
        second_staff_is_with_the_child,
    ),
    WatchRule(
        "W-02",
        ("POL-02", "POL-03"),
        "No child is in the room with the tutor alone: as W-01, and known as immediate danger.",
        ("child_with_tutor_alone",),
        SIGHTED,
        no_child_is_alone_with_the_tutor,
    ),
    WatchRule(
        "W-03",
        ("POL-03",),
        "Nobody puts second staff out of the room, or sends them back to the waiting room.",
        ("second_staff_put_out",),
        "as W-01",
        second_staff_was_not_put_out,
    ),
    WatchRule(
        "W-04",
        ("POL-03",),
        "The second member of staff comes soon after the planned start; else somebody standing by is "
        "called.",
        ("second_staff_late",),
        CLOCK,
        second_staff_came,
    ),
    WatchRule(
        "W-05",
        ("POL-02",),
        "Each child's adult is seen or heard when second staff look. If not: an alert at once, and the "
        "child is shut out when the grace time is over.",
        ("adult_not_shown",),
        OWN_WORD,
        the_adult_is_shown,
    ),
    WatchRule(
        "W-06",
        ("POL-01", "POL-06"),
        "Nobody is in the room whom the provider cannot name, or for whom there is no way in.",
        ("unknown_person",),
        f"{A_LOOK}; elsewhere by second staff alone",
        nobody_unknown_is_inside,
    ),
    WatchRule(
        "W-07",
        ("POL-01", "POL-06"),
        "Nobody is in the room by telephone: a number shows no face and may be anybody's.",
        ("phone_caller",),
        f"as unknown, {A_LOOK}; elsewhere by second staff alone",
        nobody_is_inside_by_phone,
    ),
    WatchRule(
        "W-08",
        ("POL-01", "POL-06", "POL-10"),
        "Nobody is in the room whom the door has not let in, least of all as its host.",
        ("in_without_admission", "host_without_admission"),
        f"{A_LOOK}; elsewhere by second staff alone",
        whoever_is_in_was_let_in,
    ),
    WatchRule(
        "W-09",
        ("POL-03",),
        "Nobody is in a breakout room, where no second member of staff sees them.",
        ("breakout_room",),
        "as somebody who has left: as W-01; of a child, by second staff alone",
        nobody_is_in_a_breakout_room,
    ),
    WatchRule(
        "W-10",
        ("POL-03",),
        "Whoever was let in does not wait for long in the provider's waiting room.",
        ("waiting_too_long",),
        f"{A_LOOK}, and the grace time; elsewhere by whoever waits",
        nobody_waits_for_long,
    ),
    WatchRule(
        "W-11",
        ("POL-02",),
        "A family comes in soon after the planned start.",
        ("nobody_came",),
        CLOCK,
        a_family_came,
    ),
    WatchRule(
        "W-12",
        ("POL-21",),
        "The tutor comes in soon after the planned start. With second staff there, their absence "
        "endangers nobody: a coordinator is told.",
        ("tutor_late",),
        CLOCK,
        the_tutor_came,
    ),
    WatchRule(
        "W-13",
        ("POL-23",),
        "The session keeps to its planned time; some minutes later it is ended.",
        ("overran",),
        "the clock tells of whoever was let in and not seen to go",
        the_session_keeps_to_its_time,
    ),
    WatchRule(
        "W-14",
        ("POL-03", "POL-11"),
        "The provider tells us who is in the room. While it does not, nothing is guessed: second staff's "
        "own word is asked for again and again.",
        ("blind",),
        CLOCK,
        we_are_told,
    ),
    WatchRule(
        "W-15",
        ("POL-05",),
        "Nobody records the session, and no assistant does.",
        ("recording_started",),
        "when the provider tells that a recording is ready; before it, by second staff alone",
    ),
    WatchRule(
        "W-16",
        ("POL-01", "POL-03"),
        "The meeting's protective settings stay as they were made, and nobody's part in it changes.",
        ("settings_drifted", "role_changed"),
        "by reading the settings again before people come, and with Teams every minute",
    ),
    WatchRule(
        "W-17",
        ("POL-02", "POL-03"),
        "Second staff look for each child's adult when asked. A look that stays out is an alert, whatever "
        "the provider tells us; if the first one does, somebody standing by is called and the room is "
        "ended.",
        ("sighting_missed",),
        CLOCK,
        second_staff_look,
    ),
    WatchRule(
        "W-18",
        ("POL-02",),
        "No child is in the room whose adult had to leave, until they or another adult who was named is "
        "there. Its way in is shut at once; a child that is alone in the room leaves nothing to go on "
        "for, and the room is ended when the grace time is over.",
        ("adult_left",),
        "nothing has to be heard: the adult's own word tells",
        the_adult_has_not_left,
    ),
)
"""Every rule of the watch. Those without a check are broken by the provider's single word."""
