"""Each rule of the watch although the provider's word of it is lost: by a look, by the clock, or by what
second staff and the adult say themselves. W-16 is held by reading settings (`stories/test_settings_drift`).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from integrations.zoom.inside import LAG
from service.policy.case import CaseFile
from service.policy.looking import Look, Spotted, news
from service.policy.presence import Departure, Sighting, SightingResult
from service.policy.room import HOST, UNKNOWN
from service.policy.session import SessionState
from service.policy.signs import Seen, Sign, fold
from service.policy.watch import WATCH_RULES, breaches
from service.policy.watched import Watched
from service.workflows.watch.looking import LOOK_EVERY
from service.workflows.watch.roster import signs
from tests.builders import CHILD, ENDS, MOTHER, SECOND, STARTS, a_case, a_child_case, a_session
from tests.integrations.zoom.test_webhook_kinds import entry
from tests.integrations.zoom.test_webhooks import read
from tests.watch.payloads import HOLDER, signals_of, story
from tests.watch.sequences import ALL_IN, Sequence
from tests.watch.test_sequences import the_room

SEEN_WITHIN = LOOK_EVERY + LAG
BEFORE = timedelta(minutes=6)
"""When it happened, after the start; nobody tells."""

AT_THE_LATEST = STARTS + BEFORE + SEEN_WITHIN
ROW = Sequence("", ALL_IN, 0, "")


@dataclass(frozen=True)
class Shown:
    """Who a look shows of those that came, and who else; the others are gone."""

    inside: tuple[str, ...] = ("host", "tutor", "child")
    waiting: tuple[str, ...] = ()
    stranger: bool = False


BY_A_LOOK: dict[str, tuple[str, Shown, Sequence]] = {
    "W-01": ("second_staff_missing", Shown(("child",)), ROW),
    "W-02": ("child_with_tutor_alone", Shown(("tutor", "child")), ROW),
    "W-03": ("second_staff_put_out", Shown(("tutor", "child"), waiting=("host",)), ROW),
    "W-06": ("unknown_person", Shown(stranger=True), ROW),
    "W-07": ("unknown_person", Shown(stranger=True), ROW),
    "W-08": ("in_without_admission", Shown(), replace(ROW, tutor_let_in=False)),
    "W-09": ("child_with_tutor_alone", Shown(("tutor", "child")), ROW),
    "W-10": ("waiting_too_long", Shown(("host", "child"), waiting=("tutor",)), ROW),
}


def a_look(told: tuple[Sign, ...], shown: Shown, at: datetime) -> Look:
    """What a dashboard shows of the room then."""
    came = [sign for sign in told if sign.seen is Seen.JOINED]
    names = dict(zip(("host", "tutor", "child"), came, strict=True))
    people = [
        Spotted(names[who].who, names[who].occurrence, names[who].connection, names[who].at)
        for who in shown.inside
    ]
    people += [
        Spotted(
            names[who].who, names[who].occurrence, names[who].connection, at - SEEN_WITHIN, True
        )
        for who in shown.waiting
    ]
    if shown.stranger:
        people.append(Spotted(UNKNOWN, came[0].occurrence, "9999", at - SEEN_WITHIN))
    return Look(at, running=True, people=tuple(people), occurrence=came[0].occurrence, lag=LAG)


@pytest.mark.pitfall(47)
@pytest.mark.parametrize("rule", BY_A_LOOK)
async def test_a_look_shows_what_was_not_told(rule: str) -> None:
    code, shown, row = BY_A_LOOK[rule]
    told = signs(await signals_of("zoom", story(row.told)), HOLDER)
    found = fold((*told, *news(told, a_look(told, shown, AT_THE_LATEST))))
    room = the_room(row, "zoom", found)
    grace = room.case.organisation.minutes("waiting_grace")
    standing = {
        one.code for one in breaches(room) if one.stands_at(AT_THE_LATEST + max(grace, LAG))
    }
    assert code in standing


# --- without anybody's word ---------------------------------------------------------------------------


def running(*sightings: Sighting, departures: tuple[Departure, ...] = ()) -> CaseFile:
    child = a_child_case(sightings=sightings, departures=departures)
    return a_case(session=a_session(state=SessionState.LIVE), children=(child,))


def standing(room: Watched, at: datetime) -> set[str]:
    return {one.code for one in breaches(room) if one.stands_at(at)}


NOTHING = fold(())
EVERYBODY = the_room(ROW, "zoom", NOTHING).expected
BY_THE_CLOCK = {
    "W-04": ("second_staff_late", timedelta(minutes=2)),
    "W-11": ("nobody_came", timedelta(minutes=10)),
    "W-12": ("tutor_late", timedelta(minutes=5)),
}


@pytest.mark.parametrize("rule", BY_THE_CLOCK)
def test_nobody_who_comes_is_told_by_the_clock(rule: str) -> None:
    code, late = BY_THE_CLOCK[rule]
    nobody = tuple(replace(one, let_in_at=None) for one in EVERYBODY)
    room = Watched(running(), NOTHING, nobody)
    assert code not in standing(room, STARTS + late - timedelta(seconds=1))
    assert code in standing(room, STARTS + late)


def test_a_call_that_goes_on_blind_and_unlooked_at_is_told_by_the_clock() -> None:
    room = Watched(running(), NOTHING, EVERYBODY, STARTS, blind_since=STARTS)
    assert "blind" not in standing(room, STARTS + timedelta(minutes=3) - timedelta(seconds=1))
    assert standing(room, STARTS + timedelta(minutes=3)) >= {"blind", "sighting_missed"}
    assert "overran" in standing(room, ENDS + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("code", "case"),
    [
        (
            "adult_not_shown",
            running(Sighting(CHILD, SECOND, SightingResult.NOT_SHOWN, STARTS + BEFORE)),
        ),
        ("adult_left", running(departures=(Departure(CHILD, MOTHER, STARTS + BEFORE),))),
    ],
)
def test_what_people_say_themselves_needs_no_provider(code: str, case: CaseFile) -> None:
    assert code in standing(Watched(case, NOTHING, EVERYBODY), STARTS + BEFORE)


@pytest.mark.pitfall(52)
async def test_a_recording_whose_start_was_not_told_is_known_when_it_is_ready() -> None:
    ready = entry(
        "recording.completed", {"id": 87654321098, "uuid": "abc==", "recording_files": []}
    )
    assert (await read(ready)).kind.value == "recording"


def test_every_rule_is_held_here_though_nothing_is_heard() -> None:
    here = {*BY_A_LOOK, *BY_THE_CLOCK, "W-05", "W-13", "W-14", "W-15", "W-17", "W-18"}
    assert here | {"W-16"} == {rule.number for rule in WATCH_RULES}
    assert all(rule.unheard for rule in WATCH_RULES)
    assert HOST in {one.who for one in EVERYBODY}
