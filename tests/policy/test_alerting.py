"""Every alert that can be raised is in the one table, and names nobody."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.policy.alerting import KINDS, UNKNOWN_SENTENCE, Part, Urgency, kind_of, people_about
from service.policy.watch import WATCH_RULES

SERVICE = Path(__file__).parents[2] / "service"


def raised() -> Iterator[tuple[str, ast.expr, ast.Module]]:
    """Where something is raised, with the code as it is written there."""
    for file in sorted(SERVICE.rglob("*.py")):
        module = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("raise_alert"):
                yield f"{file.name}:{node.lineno}", node.args[2], module


def texts_in(module: ast.AST) -> set[str]:
    """Every text constant of a module."""
    nodes = (node.value for node in ast.walk(module) if isinstance(node, ast.Constant))
    return {value for value in nodes if isinstance(value, str)}


def test_every_code_that_is_raised_is_in_the_table_and_every_kind_is_raised() -> None:
    found: set[str] = set()
    for where, code, module in raised():
        codes = texts_in(code) or (texts_in(module) & set(KINDS))
        if ast.unparse(code) == "breach.code":
            codes = {code for rule in WATCH_RULES if rule.check for code in rule.codes}
        assert codes, f"{where} raises what nobody knows"
        assert codes <= set(KINDS), f"{where} raises {codes - set(KINDS)}"
        found |= codes
    assert found == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_each_kind_says_what_is_wrong_in_one_sentence_with_its_clauses(kind) -> None:  # type: ignore[no-untyped-def]
    assert kind.sentence.endswith(".") and "{" not in kind.sentence and "%" not in kind.sentence
    assert len(kind.sentence) < 100, "it has to fit into an SMS with its link"
    assert kind.clauses and all(clause.startswith("POL-") for clause in kind.clauses)


def test_an_alert_of_the_watch_names_no_clause_that_its_rule_does_not() -> None:
    for rule in WATCH_RULES:
        named = {clause for code in rule.codes for clause in KINDS[code].clauses}
        assert named == set(rule.clauses), rule.number


def test_sentences_are_told_apart() -> None:
    assert len({kind.sentence for kind in KINDS.values()}) == len(KINDS)


def test_a_code_of_another_version_is_urgent_and_never_silent() -> None:
    kind = kind_of("from_the_future")
    assert (kind.urgency, kind.sentence) == (Urgency.URGENT, UNKNOWN_SENTENCE)


@pytest.mark.parametrize(
    ("code", "urgency"),
    [
        ("child_with_tutor_alone", Urgency.IMMEDIATE_DANGER),
        ("second_staff_missing", Urgency.IMMEDIATE_DANGER),
        ("unknown_person", Urgency.IMMEDIATE_DANGER),
        ("adult_not_shown", Urgency.URGENT),
        ("opening_failed", Urgency.URGENT),
        ("policy_review_due", Urgency.ORDINARY),
    ],
)
def test_urgency_says_whether_a_child_is_in_danger_now(code: str, urgency: Urgency) -> None:
    assert KINDS[code].urgency is urgency


@pytest.mark.parametrize(
    ("code", "people"),
    [
        ("child_with_tutor_alone", {"staff_tutor", "staff_second"}),
        ("second_staff_missing", {"staff_second"}),
        ("adult_not_shown", set()),
    ],
)
def test_an_alert_about_the_staff_of_a_session_is_about_those_it_names(
    code: str, people: set[str]
) -> None:
    assert people_about(KINDS[code], "session_1", "staff_tutor", ["staff_second"]) == people


def test_an_alert_about_two_entries_of_the_register_is_about_both() -> None:
    kind = KINDS["same_person"]
    assert Part.SUBJECT in kind.about
    assert people_about(kind, "staff_1:staff_2", None, ()) == {"staff_1", "staff_2"}
