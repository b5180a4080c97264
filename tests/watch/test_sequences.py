"""Every story of `tests.watch.sequences`, told by both providers in their own words, however it comes."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.policy.admission import Place
from service.policy.case import CaseFile
from service.policy.people import SessionId
from service.policy.presence import Sighting, SightingResult
from service.policy.room import HOST, UNKNOWN, Person, Picture
from service.policy.session import CoverMode, SessionState
from service.policy.signs import Sign, fold
from service.policy.watch import breaches
from service.policy.watched import Expected, Watched
from service.workflows.watch.roster import signs
from tests.builders import CHILD, SECOND, STARTS, TUTOR, a_case, a_child_case, a_session
from tests.watch.payloads import HOLDER, doubled, registrant, signals_of, story
from tests.watch.sequences import SEQUENCES, Sequence

ROWS = [(provider, row) for row in SEQUENCES for provider in row.providers]
NAMES = [f"{provider}: {row.name}" for provider, row in ROWS]
LET_IN_AT = STARTS - timedelta(minutes=5)
each_row = pytest.mark.parametrize(("provider", "row"), ROWS, ids=NAMES)


def the_case(row: Sequence, provider: str) -> CaseFile:
    """One child, looked for when second staff were asked, in a running session."""
    seen = Sighting(CHILD, SECOND, SightingResult.SEEN, STARTS + timedelta(seconds=60))
    halfway = Sighting(CHILD, SECOND, SightingResult.SEEN, STARTS + timedelta(minutes=22))
    looks = (seen, halfway) if row.sighted else ()
    mode = CoverMode.VISITING if row.visiting else CoverMode.THROUGHOUT
    session = a_session(state=SessionState.LIVE, provider=provider, cover_mode=mode)
    return a_case(session=session, children=(a_child_case(sightings=looks),))


def the_room(row: Sequence, provider: str, picture: Picture) -> Watched:
    """Everybody was let in beforehand, unless the story says otherwise."""
    tutor_let_in_at = LET_IN_AT if row.tutor_let_in else None
    expected = (
        Expected(Place.SECOND_STAFF, HOST, SECOND, LET_IN_AT),
        Expected(Place.TUTOR, registrant(provider, "tutor"), TUTOR, tutor_let_in_at),
        Expected(Place.HOUSEHOLD, registrant(provider, "child"), CHILD, STARTS)
        if "child" in row.told
        else Expected(Place.HOUSEHOLD, registrant(provider, "child"), CHILD),
    )
    return Watched(the_case(row, provider), picture, expected)


def said(provider: str, picture: Picture) -> str:
    """A picture in the words of the table."""
    names = {HOST: "host", UNKNOWN: "stranger"}
    names |= {registrant(provider, who): who for who in ("tutor", "child", "sibling")}
    order = ["host", "tutor", "child", "sibling", "stranger"]
    people = sorted(picture.people, key=lambda person: order.index(names[person.who]))
    return ", ".join(f"{names[one.who]} {place}" for one in people if (place := where(one)))


def where(person: Person) -> str:
    """Where somebody is now; empty if they only waited once."""
    if person.is_inside:
        return "in" if person.devices == 1 else f"in on {person.devices}"
    if person.waiting_since is not None:
        return "waits"
    return "gone" if person.stays else ""


async def heard(provider: str, row: Sequence) -> tuple[Sign, ...]:
    return signs(await signals_of(provider, story(row.told)), HOLDER)


def alerts_at(row: Sequence, provider: str, picture: Picture) -> set[str]:
    now = STARTS + timedelta(seconds=row.at)
    found = breaches(the_room(row, provider, picture))
    return {breach.code for breach in found if breach.stands_at(now)}


def test_there_are_stories_enough_and_each_is_told_apart() -> None:
    assert len(SEQUENCES) >= 40
    assert len({row.name for row in SEQUENCES}) == len(SEQUENCES)


@pytest.mark.pitfall(47, 48, 50, 51)
@each_row
async def test_a_story_gives_its_picture_and_its_alerts(provider: str, row: Sequence) -> None:
    picture = fold(await heard(provider, row))
    assert said(provider, picture) == row.picture
    assert alerts_at(row, provider, picture) == set(row.alerts.split())


@pytest.mark.pitfall(47)
@each_row
async def test_told_twice_and_backwards_it_gives_the_same(provider: str, row: Sequence) -> None:
    told = await signals_of(provider, story(row.told))
    again = fold(signs(tuple(doubled(told)), HOLDER))
    assert again == fold(signs(told, HOLDER))


@pytest.mark.pitfall(47)
@settings(max_examples=60)
@given(st.sampled_from(ROWS), st.data())
async def test_any_order_of_a_story_gives_the_same_picture(
    one: tuple[str, Sequence], data: st.DataObject
) -> None:
    provider, row = one
    told = await heard(provider, row)
    shuffled = data.draw(st.permutations(told))
    assert fold(shuffled) == fold(told)


@pytest.mark.pitfall(47)
@settings(max_examples=60)
@given(st.sampled_from(ROWS), st.data())
async def test_however_much_of_a_story_is_lost_nobody_is_in_who_was_never_told_of(
    one: tuple[str, Sequence], data: st.DataObject
) -> None:
    provider, row = one
    told = await heard(provider, row)
    kept = [sign for sign in told if data.draw(st.booleans())]
    picture = fold(kept)
    assert picture.inside <= {sign.who for sign in kept}
    assert picture.inside <= picture.ever_inside


@each_row
async def test_what_is_shown_names_nobody(provider: str, row: Sequence) -> None:
    for signal in await signals_of(provider, story(row.told)):
        assert not any(word in repr(signal) for word in ("Ada", "Silver", "iPad", "1632", "203."))
        assert signal.provider_id in ("", "87654321098")


def test_a_session_that_is_not_running_is_not_watched() -> None:
    row = SEQUENCES[0]
    case = a_case(session=a_session(session_id=SessionId("session_1"), state=SessionState.ENDED))
    assert breaches(Watched(case, Picture())) == ()
    assert row.alerts == ""
