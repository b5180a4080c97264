"""The steps of a line about a member of staff: the entry in the register, and what was seen."""

from dataclasses import replace

from service.errors import Conflict, FieldProblem, InvalidInput
from service.policy.staff import Evidence, EvidenceKind
from service.store.staff import colleagues, staff
from service.store.transactions import Tx
from service.workflows.importing.bringing_in import (
    Outcome,
    StaffRow,
    Step,
    colleague_called,
    unknown,
)
from service.workflows.staff import evidence, register

EVIDENCE_COLUMNS = {
    EvidenceKind.BACKGROUND_CHECK: "check",
    EvidenceKind.TRAINING: "training",
    EvidenceKind.POLICY_ACKNOWLEDGEMENT: "policy",
}


def steps_of_staff(row: StaffRow) -> tuple[Step, ...]:
    """The entry in the register first, then what was seen."""
    return (_colleague, row), *((_evidence, (row.ref, item)) for item in row.evidence)


def _colleague(tx: Tx, row: StaffRow) -> Outcome:
    known = colleague_called(tx, row.ref)
    details = (row.name, row.account, row.phone, row.left_on)
    if known is None:
        register.put_staff(tx, register.PutStaff(*details, external_id=row.ref))
        return Outcome.NEW
    before = staff.staff_record(tx, known)
    register.put_staff(tx, register.PutStaff(*details, staff_id=known))
    return Outcome.SAME if staff.staff_record(tx, known) == before else Outcome.CHANGED


def _evidence(tx: Tx, pair: tuple[str, Evidence]) -> Outcome:
    ref, item = pair
    staff_id = colleague_called(tx, ref)
    if staff_id is None:
        raise unknown("staff_id", "member of staff")
    there = colleagues.of(tx, frozenset({staff_id}))[staff_id].evidence
    told = [one for one in there if replace(one, number_key=None) == item]  # no list holds a number
    if any(not one.invalidated for one in told):
        return Outcome.SAME
    if told:
        raise Conflict(
            "This was put on record and found not right. Record it by hand, not from a list.",
            code="evidence_invalidated",
        )
    try:
        evidence.add_evidence(tx, evidence.AddEvidence(staff_id, item))
    except InvalidInput as error:
        raise _by_column(item, error) from None
    return Outcome.NEW


def _by_column(item: Evidence, error: InvalidInput) -> InvalidInput:
    """What is wrong with a thing seen, by the columns it stands in."""
    kind = EVIDENCE_COLUMNS[item.kind]
    names = {
        "seen_on": f"{kind}_seen_on",
        "trusted_until": f"{kind}_until",
        "scheme": "check_scheme",
    }
    return InvalidInput(
        fields=[
            FieldProblem(names.get(one.field, one.field), one.code, one.sentence)
            for one in error.fields
        ]
    )
