"""The field's known pitfalls, and what settles each: tests that bear its mark, and decisions that name it.

`python -m tests.pitfalls` prints `docs/pitfalls.md`. With `--check FILE` it says whether that still holds: it
names every pitfall, nothing that settles it no longer, and none as open that is settled. One more test for a
pitfall makes no page stale.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_BY_DECISION = 3
"""So many may be settled by a decision alone; all others need a test."""

SETTLED = (*range(1, 39), 47, 48, *range(50, 56))
"""Those that have to be settled by now."""

PITFALLS: dict[int, str] = {
    1: "Separated parents disagree: one yes suffices until another with a say says no.",
    2: "A court order keeps an adult away: no message, no link, no sight of times or details.",
    3: "One name, two people; one person, two records: nothing goes by names, a merge is an event.",
    4: "Consent is withdrawn while the session runs.",
    5: "Taking a promise back is not withdrawing consent.",
    6: "A looked-after child: who has a say, by which paper, until the placement changes.",
    7: "The 18th birthday comes between booking and session.",
    8: "What the child itself wants has a place and is seen.",
    9: "Tutor or second staff is family of the child, or of the other.",
    10: "A parent is the tutor's employer, friend or neighbour.",
    11: "Siblings: one adult may cover them, consent stays each child's own.",
    12: "Several families in one session: none learns anything of another.",
    13: "A parent without a smartphone answers by telephone, never to the tutor.",
    14: 'What "present" means is agreed and kept.',
    15: "The parent is late, leaves half-way, or never comes.",
    16: "Another adult comes instead: named beforehand by who consented, never second staff.",
    17: "A link is forwarded.",
    18: "Mail scanners open links and press buttons.",
    19: "The wording of the consent changes.",
    20: "Consent names no tutor, but a change of tutor is told.",
    21: "Somebody died or must not be written to: messages stop when they are sent.",
    22: "Two records of one child are merged: a refusal in either wins until reviewed.",
    23: "The tutor changes after the session was cleared.",
    24: "Second staff changes during the call.",
    25: "One person supervises several rooms.",
    26: "A rule is set aside by hand.",
    27: "A check lapses between booking and session.",
    28: "One person has two entries on the staff register.",
    29: "The same tutor and second staff, again and again.",
    30: "Somebody leaves; what was known of them stays with the session.",
    31: "A lock near the start stops a safer change.",
    32: "A session in the past is booked.",
    33: "Lessons take place past the service.",
    34: "Clocks change: hours that do not exist or come twice.",
    35: "Zone data is old somewhere, or the family lives in another zone.",
    36: "A session crosses midnight.",
    37: "Nobody is reminded at the weekend.",
    38: "Clocks differ: ours counts, the provider's is kept beside it.",
    39: "The provider overwrites what was asked for.",
    40: "Settings cannot be read, and a meeting is made all the same.",
    41: "The passcode is part of the link.",
    42: "A passcode that covers only one way in; the lobby decides.",
    43: "One meeting per host account at a time, and daily limits.",
    44: "A meeting was made and the answer was lost.",
    45: "A cancelled or moved session leaves a meeting that works.",
    46: "Host start links are keys.",
    47: "Signals come late, doubled, in another order, or never.",
    48: "Names are not identities.",
    49: "Attendance reports come late and are soon gone.",
    50: "Breakout rooms hide children.",
    51: "Telephone callers pass the lobby.",
    52: "Somebody records, or brings an assistant that does.",
    53: "Tutor and child can write to each other privately.",
    54: "A running Teams call cannot be ended from outside.",
    55: "The provider is down, and people help themselves.",
    56: "Secrets and names in logs.",
    57: "Records disappear with what they were about.",
    58: "Records are repaired by hand, past the log.",
    59: "Erasure against evidence.",
    60: "A chain of entries under load.",
    61: "Statements too early, too late, or made to fit.",
    62: "A statement that cannot be had, or is refused.",
    63: "A statement is changed.",
    64: "A session that did not take place counts as absence.",
    65: "A concern about the lead, or about an administrator.",
    66: "An inspector sees more than the inspection needs.",
    67: "Retention would delete what an open concern needs.",
    68: "One parent asks for a file that names the other.",
    69: "A tutor sees more than yes or no.",
    70: "Titles, subjects and files that name a child.",
    71: "Demonstration data in production.",
}


@dataclass(frozen=True)
class Settled:
    """What settles one pitfall: the files with marked tests, and which decisions name it."""

    tests: tuple[str, ...]
    decisions: tuple[str, ...]


def settled() -> dict[int, Settled]:
    """What settles each pitfall, read from the text of tests and decisions."""
    tests: dict[int, dict[str, None]] = defaultdict(dict)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for number in marks_in(ast.parse(file.read_text("utf-8"))):
            tests[number][str(file.relative_to(ROOT))] = None
    decisions = named_in_decisions()
    return {number: Settled(tuple(tests[number]), tuple(decisions[number])) for number in PITFALLS}


def marks_in(module: ast.Module) -> Iterator[int]:
    """The number of every mark on a test or a class of tests; each counts once."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                yield from _numbers(decorator)
        elif isinstance(node, ast.Assign) and _is_named(node, "pytestmark"):
            for call in ast.walk(node.value):
                yield from _numbers(call)


def _numbers(node: ast.AST) -> Iterator[int]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.pitfall":
        for argument in node.args:
            yield int(ast.literal_eval(argument))


def _is_named(node: ast.Assign, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in node.targets)


@cache
def named_in_decisions() -> dict[int, list[str]]:
    """Which decisions name a pitfall, as "pitfall 17" or "pitfalls 1, 2 and 3"."""
    found: dict[int, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "docs/decisions").glob("*.md")):
        for said in re.findall(r"pitfalls? (\d+(?:(?:, | and )\d+)*)", file.read_text("utf-8")):
            for number in map(int, re.findall(r"\d+", said)):
                if file.name not in found[number]:
                    found[number].append(file.name)
    return found


def missing(known: dict[int, Settled]) -> list[int]:
    """Those that have to be settled, and neither a test nor a decision does it."""
    return [one for one in SETTLED if not known[one].tests and not known[one].decisions]


def by_decision_alone(known: dict[int, Settled]) -> list[int]:
    """Those that a decision settles and no test."""
    return [one for one in SETTLED if not known[one].tests and known[one].decisions]


def page() -> str:
    """The whole page as Markdown, ending in a newline."""
    lines = [
        "# Known pitfalls, and what settles each",
        "",
        "Printed by `python -m tests.pitfalls` from the marks on tests; do not edit. The marked tests of a",
        "file run with `pytest -m pitfall FILE`.",
        "",
        "| | pitfall | tests | decisions |",
        "|---|---|---|---|",
    ]
    for number, one in settled().items():
        tests = "<br>".join(f"`{file}`" for file in one.tests)
        decisions = ", ".join(f"[{name[:4]}](decisions/{name})" for name in one.decisions)
        lines.append(f"| {number} | {PITFALLS[number]} | {tests or '–'} | {decisions} |")
    return "\n".join(lines) + "\n"


def holds(text: str) -> bool:
    """Whether a page still says nothing wrong."""
    rows = dict(re.findall(r"^\| (\d+) \|(.*)\|$", text, re.MULTILINE))
    return rows.keys() == {str(number) for number in PITFALLS} and all(
        _row_holds(rows[str(number)], number, one) for number, one in settled().items()
    )


def _row_holds(row: str, number: int, one: Settled) -> bool:
    sentence, tests, decisions = row.rsplit("|", 2)
    named = set(re.findall(r"`([^`]+)`", tests))
    linked = set(re.findall(r"decisions/([^)]+)\)", decisions))
    return (
        sentence.strip() == PITFALLS[number]
        and named <= set(one.tests)
        and linked <= set(one.decisions)
        and bool(named) == bool(one.tests)
    )


def main(arguments: list[str]) -> int:
    """Print the page, or check that a file still holds."""
    if arguments[:1] != ["--check"]:
        sys.stdout.write(page())
        return 0
    file = Path(arguments[1])
    if file.exists() and holds(file.read_text("utf-8")):
        return 0
    sys.stderr.write(f"{file} is stale. Run: python -m tests.pitfalls > {file}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
