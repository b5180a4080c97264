"""Lines of the lists that people are brought in from, read into rows."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from pydantic import ValidationError

from service.errors import FieldProblem, InvalidInput
from service.policy.staff import Evidence, EvidenceKind
from service.web.api.import_columns import (
    SHAPES,
    AdultCells,
    ChildCells,
    ConsentCells,
    People,
    StaffCells,
    columns,
)
from service.web.bodies import Body
from service.web.invalid import invalid_input
from service.workflows.importing.bringing_in import AdultRow, FamilyRow, StaffRow
from service.workflows.importing.lists import Known
from service.workflows.importing.marks_from_lists import AdultMarks, ChildMarks
from service.workflows.importing.paper import PaperRow

Cells = Mapping[str, str]
S = TypeVar("S", bound=Body)


def read_row(people: People, cells: Cells) -> Known:
    """One line. `InvalidInput` names every column with what is wrong with it; never the value."""
    unknown = set(cells) - {column.name for column in columns(people)}
    if unknown:
        raise InvalidInput(
            fields=[FieldProblem("", "unknown_column", "This list has no such column.")]
        )
    return _READERS[people](cells)


def _part(shape: type[S], cells: Cells, prefix: str = "") -> S:
    given = {
        name: cells[prefix + name].strip()
        for name in shape.model_fields
        if cells.get(prefix + name, "").strip()
    }
    try:
        return shape.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        raise _by_column(invalid_input(error), prefix) from None


def _by_column(error: InvalidInput, prefix: str) -> InvalidInput:
    return InvalidInput(fields=[replace(one, field=prefix + one.field) for one in error.fields])


def _family(cells: Cells) -> FamilyRow:
    child = _part(ChildCells, cells)
    adults = tuple(_adults(cells))
    refs = [adult.ref for adult in adults]
    if len(set(refs)) != len(refs):
        raise InvalidInput.of("adult1_id", "twice", "An adult stands twice on this line.")
    marks = ChildMarks(child.looked_after, child.visiting_never, child.child_restriction)
    return FamilyRow(child.child_id, child.child_name, child.born_on, adults, marks)


def _adults(cells: Cells) -> Iterator[AdultRow]:
    for prefix, shape in SHAPES[People.FAMILIES][1:]:
        if any(cells.get(prefix + name, "").strip() for name in shape.model_fields):
            told = _part(AdultCells, cells, prefix)
            yield AdultRow(
                told.id,
                told.name,
                told.email,
                told.phone,
                told.language,
                told.relation,
                told.authority,
                told.document,
                told.document_on,
                told.until,
                told.zone,
                AdultMarks(told.restriction, told.hidden),
            )


def _colleague(cells: Cells) -> StaffRow:
    told = _part(StaffCells, cells)
    evidence = tuple(_evidence(told))
    return StaffRow(told.staff_id, told.name, told.account, told.phone, told.left_on, evidence)


def _evidence(told: StaffCells) -> Iterator[Evidence]:
    check, training = EvidenceKind.BACKGROUND_CHECK, EvidenceKind.TRAINING
    for kind, column, seen_on, until, scheme in (
        (check, "check", told.check_seen_on, told.check_until, told.check_scheme),
        (training, "training", told.training_seen_on, told.training_until, None),
    ):
        if (until or scheme) is not None and seen_on is None:
            raise InvalidInput.of(f"{column}_seen_on", "missing", "Say when it was seen.")
        if seen_on is not None:
            yield Evidence(kind, seen_on, until, scheme=scheme)
    if (told.policy_version is None) != (told.policy_seen_on is None):
        raise InvalidInput.of("policy_version", "missing", "Give version and day, or neither.")
    if told.policy_version is not None and told.policy_seen_on is not None:
        acknowledged = EvidenceKind.POLICY_ACKNOWLEDGEMENT
        yield Evidence(acknowledged, told.policy_seen_on, None, told.policy_version)


def _consent(cells: Cells) -> PaperRow:
    told = _part(ConsentCells, cells)
    return PaperRow(
        child=told.child_id,
        giver=told.giver_id,
        purpose=told.purpose,
        kind=told.answer,
        document=told.document,
        signed_on=told.signed_on,
        taken_by=told.taken_by,
        checked_by=told.checked_by,
        policy_version=told.policy_version,
        present_adults=tuple((told.present_adults or "").split()),
        valid_until=told.valid_until,
        child_agrees=told.child_agrees,
        says_visits=told.says_visits,
        answered_by=told.answered_by,
        language=told.language,
    )


_READERS: Mapping[People, Callable[[Cells], Known]] = {
    People.FAMILIES: _family,
    People.STAFF: _colleague,
    People.CONSENTS: _consent,
}
