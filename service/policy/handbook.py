"""The policy handbook: rules, states and bounds as prose, printed from the code that applies them."""

from collections.abc import Iterator

from service.policy.clauses import CLAUSES, ELSEWHERE, Clause, How
from service.policy.concerns import (
    KEEP_AT_LEAST,
    KEEP_CHILDS_UNTIL_AGE,
    MINOR_ACKNOWLEDGED_WITHIN,
)
from service.policy.organisation import BOUNDS
from service.policy.rules import OVERRIDABLE, RULES, Rule, Stage
from service.policy.session import MOVES
from service.policy.watch import WATCH_RULES

STAGES = {
    Stage.OPEN: "to make the meeting",
    Stage.ADMIT: "to let a person in",
    Stage.STAY: "to let the session go on",
}


def handbook() -> str:
    """The whole handbook as Markdown, ending in a newline."""
    parts = (
        _head(), _rules(), _overrides(), _watch(), _sightings(), _concerns(), _states(), _bounds(),
        _clauses(),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _head() -> Iterator[str]:
    yield "# Policy handbook"
    yield ""
    yield "Printed by `chaperone handbook` from the rules that the service applies; do not edit."
    yield "POL numbers name the clauses of the organisation's online safety policy."
    yield ""


def _rules() -> Iterator[str]:
    yield "## When a session may take place"
    yield ""
    yield "A session opens when every rule about the session holds and at least one child is clear."
    yield "Each child is cleared and let in alone: a rule about a child stops that child only."
    yield ""
    for rule in RULES:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    about = "each child" if rule.child_check is not None else "the session"
    binds = ", ".join(STAGES[stage] for stage in Stage if stage in rule.binds)
    yield f"### {rule.number} ({', '.join(rule.clauses)})"
    yield ""
    yield rule.sentence
    yield ""
    yield f"- Asked about: {about}"
    yield f"- Must hold: {binds}"
    yield f"- Who can put it right: {rule.lifted_by}"
    yield ""


def _overrides() -> Iterator[str]:
    yield "## What can be set aside"
    yield ""
    yield "The safeguarding lead can set these aside for one session, with a reason and an end, and"
    yield "never for a session they staff themselves. Nothing else can ever be set aside."
    yield ""
    for code in sorted(OVERRIDABLE):
        yield f"- `{code}`"
    yield ""


def _sightings() -> Iterator[str]:
    yield "## When second staff look for the adult (POL-02)"
    yield ""
    yield "Second staff note whether each child's adult is seen, heard or not shown: when the child has"
    yield "been let in, halfway (`middle_sighting` may leave this one out), and before the planned end. A"
    yield "child's time counts as supervised from the first seen or heard on. A second device that the"
    yield "adult registered asks for a tap now and then; a tap that stays out is put to second staff, and"
    yield "is an alert only if they do not answer either."
    yield ""


def _concerns() -> Iterator[str]:
    yield "## When somebody is worried (POL-40 to POL-44)"
    yield ""
    yield "Anybody raises a concern, at any hour. Its words never change; words can be added. It goes to"
    yield "the safeguarding leads; one about a lead or the management goes past them, to the independent"
    yield "contact. Nobody it is about, and no member of staff of their family, comes to know of it. What"
    yield "the leads let lie past its time is open to the independent contact as well. The clock runs at"
    yield "night and at weekends; what a child disclosed, and the conduct of an adult, are never minor."
    yield ""
    yield "| severity | taken up within | decided within |"
    yield "|---|---|---|"
    yield "| danger | `danger_acknowledged` | `danger_decided` |"
    yield "| serious | `serious_acknowledged` | `serious_decided` |"
    yield f"| minor | {MINOR_ACKNOWLEDGED_WITHIN.days} days | |"
    yield ""
    yield "Records round a concern are not deleted while it is open, nor for"
    yield f"{KEEP_AT_LEAST.days // 365} years after it was closed, nor before each child would be"
    yield f"{KEEP_CHILDS_UNTIL_AGE}."
    yield ""


def _watch() -> Iterator[str]:
    yield "## What is watched while a session runs"
    yield ""
    yield "A broken rule opens one alert, which repeats fold into and a named person closes. The times are"
    yield "settings, in the table at the end."
    yield ""
    yield "| rule | clauses | sentence | alert | if the provider's word is lost |"
    yield "|---|---|---|---|---|"
    for rule in WATCH_RULES:
        codes = ", ".join(f"`{code}`" for code in rule.codes)
        clauses = ", ".join(rule.clauses)
        yield f"| {rule.number} | {clauses} | {rule.sentence} | {codes} | {rule.unheard} |"
    yield ""


def _states() -> Iterator[str]:
    yield "## How a session moves"
    yield ""
    yield "| from | to | when |"
    yield "|---|---|---|"
    for (one, other), meaning in MOVES.items():
        yield f"| {one.value} | {other.value} | {meaning} |"
    yield ""


def _bounds() -> Iterator[str]:
    yield "## What an organisation may set for itself"
    yield ""
    yield "| setting | least | default | most | meaning |"
    yield "|---|---|---|---|---|"
    for name, bound in BOUNDS.items():
        times = f"{bound.least} | {bound.default} | {bound.most}"
        yield f"| `{name}` (minutes) | {times} | {bound.meaning} |"
    yield ""


def _clauses() -> Iterator[str]:
    yield "## What becomes of each clause of the policy"
    yield ""
    yield "A *gate* lets nothing happen until it holds; a *guard* is watched while a session runs; a"
    yield "*record* is evidence kept; what is *shown* is told to people at the right moment."
    yield ""
    yield "| clause | in short | how | what enforces a gate |"
    yield "|---|---|---|---|"
    for clause in CLAUSES:
        how = ", ".join(one.value for one in clause.how)
        yield f"| {clause.number} | {clause.sentence} | {how} | {_enforced_by(clause)} |"
    yield ""
    yield "### Gates that hold by construction"
    yield ""
    yield "| number | clauses | what it does | where |"
    yield "|---|---|---|---|"
    for one in ELSEWHERE:
        clauses = ", ".join(one.clauses)
        yield f"| {one.number} | {clauses} | {one.sentence} | `{one.place}` |"


def _enforced_by(clause: Clause) -> str:
    if How.GATE not in clause.how:
        return ""
    rules = [rule.number for rule in RULES if clause.number in rule.clauses]
    elsewhere = [one.number for one in ELSEWHERE if clause.number in one.clauses]
    return ", ".join(rules + elsewhere)
