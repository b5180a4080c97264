"""What a person can do on a page: which proof it needs, and which workflows it sets off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from multidict import MultiDict

from service.errors import ChaperoneError, FieldProblem, InvalidInput
from service.policy.attestation import QUESTIONS, Answer
from service.policy.people import Actor
from service.store.transactions import Refused, Tx
from service.workflows.deps import Deps

Form = MultiDict[str]
ANSWER_MISSING = "Choose one answer."
E = TypeVar("E", bound=Enum)


class Proof(Enum):
    """What shows that it is the parent who acts: saying no needs nothing, a yes the PIN."""

    NOTHING = "nothing"
    PIN = "pin"
    PIN_ONCE = "pin_once"
    """The PIN, unless it was given for the same link in the same browser a short while ago."""


@dataclass(frozen=True)
class Step:
    """One workflow to carry out; `done_already` is the error code of having done it before."""

    request: Callable[[Tx, Any], object]
    command: object
    done_already: str = ""


Steps = Callable[[Any, Form], tuple[Step, ...]]


@dataclass(frozen=True)
class Deed:
    """One form of a page. `steps` reads it, for the page it is on; `InvalidInput` names its fields."""

    proof: Proof
    steps: Steps


async def carry_out(deps: Deps, steps: tuple[Step, ...], by: Actor) -> None:
    """Carry out the steps in turn. If we die between two, the first stands and the page says so."""
    for step in steps:
        outcome = await deps.store.transact(step.request, step.command, by=by)
        if isinstance(outcome, Refused) and outcome.error.code != (step.done_already or None):
            raise outcome.error


async def made(deps: Deps, step: Step, by: Actor) -> str:
    """Carry out one step that makes something; answers its id, or raises what refused it."""
    return str(await deps.store.do(step.request, step.command, by=by))


@dataclass(frozen=True)
class Trouble:
    """One thing to mend, as the page says it. `field` is empty if it is about no field."""

    field: str
    sentence: str


FIELDS: Mapping[str, str] = {
    "wrong_pin": "pin",
    "too_many_requests": "pin",
    "policy_version": "agree",
    "present_adults": "adults",
}
"""Which field of a form an error's code or field is about, where the names differ."""


def troubles(error: ChaperoneError) -> tuple[Trouble, ...]:
    """An error as the page says it: by field where it has some."""
    if not error.fields:
        return (Trouble(FIELDS.get(error.code, ""), error.sentence),)
    return tuple(
        Trouble(FIELDS.get(problem.field, problem.field), problem.sentence)
        for problem in error.fields
    )


def chosen(form: Form, field: str, kind: type[E]) -> E:
    """The one answer chosen, or `InvalidInput` about the field."""
    try:
        return kind(form.get(field, ""))
    except ValueError:
        raise InvalidInput.of(field, "missing", ANSWER_MISSING) from None


def ticked(form: Form, field: str, sentence: str) -> None:
    """`InvalidInput` about the field unless its box is ticked."""
    if form.get(field) != "yes":
        raise InvalidInput.of(field, "missing", sentence)


def sure(form: Form) -> None:
    """A no takes one tick and nothing else: scanners press buttons, and so do pockets (pitfall 18)."""
    ticked(form, "sure", "Tick the box to show that this was no slip.")


def gathered(*readings: Callable[[], object]) -> tuple[Any, ...]:
    """What each reading gives, or one `InvalidInput` with the problems of all of them."""
    read: list[object] = []
    problems: list[FieldProblem] = []
    for reading in readings:
        try:
            read.append(reading())
        except InvalidInput as error:
            problems.extend(error.fields)
    if problems:
        raise InvalidInput(fields=problems)
    return tuple(read)


def nothing_yet(page: Any, form: Form) -> tuple[Step, ...]:
    """For a form that leads on to something else than the page: into the room, or to a code."""
    return ()


def account(form: Form) -> dict[str, Answer]:
    """What a witness says of a session, by question; `InvalidInput` names every one left open."""
    answers = gathered(*(partial(chosen, form, question, Answer) for question in QUESTIONS))
    return dict(zip(QUESTIONS, answers, strict=True))
