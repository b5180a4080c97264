"""The picture of a room: every stay lies where its time is, and patterns tell what it was."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.policy.admission import Place
from service.policy.board import Seat, Standing
from service.policy.room import NOBODY, Person, Stay
from service.web.board.ribbons import LEAST, ROW, WIDTH, Drawing, Pattern, draw
from tests.builders import ENDS, ORGANISATION, STARTS, a_session

MINUTE = timedelta(minutes=1)
NOW = STARTS + 15 * MINUTE


def seat(*stays: Stay, waits: tuple[Stay, ...] = (), place: Place | None = Place.TUTOR) -> Seat:
    return Seat(place, "Theo", Person("x", stays, waits), Standing.INSIDE)


def drawn(*seats: Seat, now: datetime = NOW) -> Drawing:
    return draw(a_session(), seats, now, ORGANISATION.zone)


def test_the_planned_time_lies_inside_the_picture_with_a_margin_on_both_sides() -> None:
    drawing = drawn(seat())
    assert (drawing.start_x, drawing.end_x) == (WIDTH / 5, WIDTH * 4 / 5)
    assert drawing.now_x == WIDTH * 2 / 5
    assert drawing.height == ROW


def test_a_stay_runs_from_its_start_to_its_end_or_to_now() -> None:
    whole = Stay(STARTS, ENDS, "c1")
    open_one = Stay(STARTS, None, "c2")
    (ribbon,) = drawn(seat(whole, open_one)).ribbons
    assert [(bar.x, bar.width, bar.open_ended) for bar in ribbon.bars] == [
        (120.0, 360.0, False),
        (120.0, 120.0, True),
    ]


def test_a_ribbon_says_in_figures_what_it_shows() -> None:
    whole = Stay(STARTS, STARTS + 5 * MINUTE, "c1")
    (ribbon,) = drawn(seat(whole, Stay(STARTS + 7 * MINUTE, None, "c2"))).ribbons
    assert ribbon.times == "16:00–16:05, 16:07–"


def test_in_the_room_waiting_and_unknown_have_patterns_of_their_own() -> None:
    wait = Stay(STARTS, STARTS + MINUTE, "c1")
    known, unknown = drawn(
        seat(Stay(STARTS + MINUTE, None, "c1"), waits=(wait,)),
        seat(Stay(STARTS, None, "c2"), place=None),
    ).ribbons
    assert [bar.pattern for bar in known.bars] == [Pattern.WAITING, Pattern.INSIDE]
    assert [bar.pattern for bar in unknown.bars] == [Pattern.UNKNOWN]
    assert unknown.y == ROW


def test_somebody_who_came_for_a_second_can_be_seen() -> None:
    (ribbon,) = drawn(seat(Stay(STARTS, STARTS, "c1"))).ribbons
    assert ribbon.bars[0].width == LEAST


def test_now_is_not_drawn_where_it_lies_outside() -> None:
    assert drawn(seat(), now=STARTS - 60 * MINUTE).now_x is None
    assert drawn(seat(), now=ENDS + 60 * MINUTE).now_x is None


def test_whoever_stays_beyond_the_planned_time_widens_the_picture() -> None:
    drawing = drawn(seat(Stay(STARTS, None, "c1")), now=ENDS + 60 * MINUTE)
    assert drawing.end_x < WIDTH * 4 / 5
    assert drawing.ribbons[0].bars[0].x + drawing.ribbons[0].bars[0].width == WIDTH


def test_nobody_has_an_empty_ribbon() -> None:
    empty = Seat(Place.HOUSEHOLD, "R", NOBODY, Standing.MISSING)
    assert drawn(empty).ribbons[0].bars == ()


MOMENTS = st.integers(-3 * 3600, 5 * 3600).map(lambda second: STARTS + timedelta(seconds=second))
STAYS = st.tuples(MOMENTS, st.none() | st.integers(0, 4 * 3600)).map(
    lambda given: Stay(
        given[0], None if given[1] is None else given[0] + timedelta(seconds=given[1]), "c"
    )
)


@given(st.lists(STAYS, max_size=5), st.lists(STAYS, max_size=3), MOMENTS)
def test_every_bar_lies_inside_the_picture(
    stays: list[Stay], waits: list[Stay], now: datetime
) -> None:
    drawing = drawn(seat(*stays, waits=tuple(waits)), now=now)
    assert 0 <= drawing.start_x < drawing.end_x <= WIDTH
    for bar in drawing.ribbons[0].bars:
        assert bar.x >= 0
        assert bar.width >= LEAST
        assert bar.x + bar.width <= WIDTH + LEAST
