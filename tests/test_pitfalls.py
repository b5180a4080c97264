"""Each known pitfall that has to be settled by now is, by a test or, for a few, by a decision."""

from tests.pitfalls import (
    MOST_BY_DECISION,
    PITFALLS,
    by_decision_alone,
    missing,
    named_in_decisions,
    settled,
)


def told(numbers: list[int]) -> str:
    """The pitfalls in words."""
    return "\n".join(f"pitfall {number}: {PITFALLS[number]}" for number in numbers)


def test_every_pitfall_has_a_test_or_a_decision() -> None:
    left = missing(settled())
    assert not left, (
        "nothing settles these; mark the test that does with @pytest.mark.pitfall(number):\n"
        + told(left)
    )


def test_few_pitfalls_rest_on_a_decision_alone() -> None:
    alone = by_decision_alone(settled())
    assert len(alone) <= MOST_BY_DECISION, "too many without a test:\n" + told(alone)


def test_no_mark_and_no_decision_names_a_pitfall_that_is_not_known() -> None:
    assert set(named_in_decisions()) <= set(PITFALLS)
    assert {number for number, one in settled().items() if one.tests} <= set(PITFALLS)
