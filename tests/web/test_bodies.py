"""Times, cursors and plain words, without a server."""

import string
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError, field_validator

from service.errors import InvalidInput
from service.web.bodies import Body, Instant, wrong
from service.web.invalid import SENTENCES, dotted, invalid_input
from service.web.paging import cursor_for, position_of

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
EARLY, LATE = datetime(1900, 1, 1), datetime(2900, 1, 1)  # noqa: DTZ001 - no offset yet
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=EARLY, max_value=LATE, timezones=OFFSETS))
def test_an_instant_keeps_its_moment_and_loses_its_offset(moment: datetime) -> None:
    for read in (
        INSTANT.validate_json(f'"{moment.isoformat()}"', strict=True),
        INSTANT.validate_strings(moment.isoformat(), strict=True),
        INSTANT.validate_python(moment),
    ):
        assert read == moment
        assert read.tzinfo is UTC


@given(st.text(max_size=30))
def test_any_text_is_an_instant_with_its_offset_or_refused(text: str) -> None:
    try:
        read = INSTANT.validate_python(text)
    except ValidationError:
        return
    assert read.tzinfo is UTC
    assert text[-1] in "zZ" or text[-6] in "+-"


def test_a_datetime_of_ours_without_offset_is_refused() -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(EARLY)


POSITIONS = st.lists(st.text() | st.integers(), min_size=1, max_size=4).map(tuple)


@given(POSITIONS)
def test_a_cursor_comes_back_as_its_position(position: tuple[str | int, ...]) -> None:
    assert position_of("sessions", cursor_for("sessions", position)) == position


@given(POSITIONS, st.data())
def test_a_cursor_with_any_character_changed_is_refused(
    position: tuple[str | int, ...], data: st.DataObject
) -> None:
    good = cursor_for("sessions", position)
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters().filter(lambda one: one != good[at]))
    with pytest.raises(InvalidInput) as refusal:
        position_of("sessions", good[:at] + other + good[at + 1 :])
    assert refusal.value.code == "malformed_cursor"


@pytest.mark.parametrize("text", ["", "a", "ab"])
def test_a_cursor_has_one_spelling(text: str) -> None:
    good = cursor_for("sessions", (text,))
    for other in {*string.ascii_letters, *string.digits, "-", "_"} - {good[-1]}:
        with pytest.raises(InvalidInput):
            position_of("sessions", good[:-1] + other)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InvalidInput):
        position_of("children", cursor_for("sessions", ("a", 1)))


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        position_of("sessions", text)


class Strange(Body):
    code: str

    @field_validator("code")
    @classmethod
    def _check(cls, value: str) -> str:
        if value == "own":
            raise wrong("too_odd", "This {value} is {code} too odd.")
        raise ValueError(f"secret {value}")


@pytest.mark.parametrize(
    ("value", "code", "sentence"),
    [
        ("own", "too_odd", "This {value} is {code} too odd."),
        ("x", "invalid", "This value is not valid."),
    ],
)
def test_a_validators_own_words_arrive_and_a_foreign_errors_words_do_not(
    value: str, code: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        Strange.model_validate_json(f'{{"code": "{value}"}}')
    problem = invalid_input(refusal.value).fields[0]
    assert (problem.field, problem.code, problem.sentence) == ("code", code, sentence)


def test_no_sentence_has_room_for_the_value_that_was_sent() -> None:
    for code, sentence in SENTENCES.values():
        assert "input" not in sentence
        assert code.isidentifier()
        assert sentence.endswith(".")


def test_a_path_of_the_callers_making_is_shown_only_if_harmless() -> None:
    assert dotted(("children", 0, "name")) == "children.0.name"
    assert dotted(("children", "https://x/secret")) == "children.?"
    assert dotted(()) == "body"


def test_many_mistakes_are_not_all_listed() -> None:
    class Long(BaseModel):
        numbers: list[int]

    with pytest.raises(ValidationError) as refusal:
        Long.model_validate({"numbers": ["x"] * 500})
    assert len(invalid_input(refusal.value).fields) == 50
