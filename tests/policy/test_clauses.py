"""Every clause of the policy that is a gate is enforced by something that has a name."""

import ast
from pathlib import Path

import pytest

from service.policy.clauses import CLAUSES, ELSEWHERE, GATES, Enforcement
from service.policy.rules import RULES

ROOT = Path(__file__).parents[2]
NUMBERS = [clause.number for clause in CLAUSES]


def names_in(place: Path) -> set[str]:
    """What a file defines at its top level."""
    found = set()
    for node in ast.parse(place.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets += [node.target] if isinstance(node, ast.AnnAssign) else []
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_the_gates_are_those_of_the_policy() -> None:
    wanted = "01 02 03 04 05 06 07 10 12 13 20 21 23 24 26 30 31 32"
    assert [number.removeprefix("POL-") for number in GATES] == wanted.split()
    assert len(set(NUMBERS)) == len(NUMBERS)


@pytest.mark.parametrize("gate", GATES)
def test_every_gate_has_a_rule_or_is_enforced_elsewhere(gate: str) -> None:
    named = [one.number for one in (*RULES, *ELSEWHERE) if gate in one.clauses]
    assert named, f"nothing with a name enforces {gate}: give it a rule, or an entry in ELSEWHERE"


def test_rules_and_enforcements_name_clauses_that_there_are() -> None:
    named = {clause for one in (*RULES, *ELSEWHERE) for clause in one.clauses}
    assert named <= set(NUMBERS)


@pytest.mark.parametrize("enforcement", ELSEWHERE, ids=lambda one: one.number)
def test_an_enforcement_is_where_it_is_said_to_be(enforcement: Enforcement) -> None:
    file, name = enforcement.place.split(":")
    assert name in names_in(ROOT / file)


def test_numbers_of_enforcements_are_given_once() -> None:
    numbers = [one.number for one in ELSEWHERE]
    assert len(set(numbers)) == len(numbers)
