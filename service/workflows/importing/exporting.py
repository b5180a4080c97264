"""People as lists that can be brought in again: no PIN, no link, no word on consent.

Consents are not among them: one that a parent gave by link cannot be carried elsewhere as if it were
a paper. The audit export holds them, word for word.
"""

from collections.abc import Iterator
from datetime import date

from service.policy.people import Child, ChildId, StaffId
from service.policy.staff import Evidence, EvidenceKind
from service.store.families import people, ties
from service.store.families.people import ParentRecord
from service.store.inspection import listings
from service.store.staff import colleagues, staff
from service.store.transactions import Reader

Cells = dict[str, str]
HIDDEN = "hidden"
"""Stands for what the reader may not see; it cannot be brought in again by mistake."""

ADULTS_ON_A_LINE = 4


def families(
    reader: Reader, *, after: str, limit: int, sees_hidden: bool
) -> tuple[str, list[Cells]]:
    """The lines of the children behind the given id, and the last id; empty when there are no more."""
    keys = listings.children(reader, after=after, limit=limit, external_id=None)
    lines = [
        line
        for key in keys
        for line in _family(reader, ChildId(key.record_id), sees_hidden=sees_hidden)
    ]
    return (keys[-1].record_id if len(keys) == limit else ""), lines


def _family(reader: Reader, child_id: ChildId, *, sees_hidden: bool) -> Iterator[Cells]:
    record = people.child_record(reader, child_id)
    if record.child.merged_into is not None:
        return  # its line would bring the old details back to the record that was kept
    child = {
        "child_id": record.external_id or child_id,
        "child_name": record.name.get_secret_value(),
        "born_on": record.child.born_on.isoformat(),
        **_child_marks(record.child, sees_hidden=sees_hidden),
    }
    on_it = (people.parent_record(reader, parent_id) for parent_id in record.child.adults)
    adults = [
        _adult(reader, child_id, adult, sees_hidden=sees_hidden)
        for adult in on_it
        if adult.merged_into is None  # the record that was kept stands on the line
    ]
    adults.sort(key=lambda adult: adult["id"])  # by the id that is the same wherever it comes in
    for first in range(0, max(1, len(adults)), ADULTS_ON_A_LINE):
        some = adults[first : first + ADULTS_ON_A_LINE]
        yield child | {
            f"adult{number}_{name}": cell
            for number, adult in enumerate(some, 1)
            for name, cell in adult.items()
        }


def _adult(reader: Reader, child_id: ChildId, record: ParentRecord, *, sees_hidden: bool) -> Cells:
    terms = ties.terms_of(reader, child_id, record.parent_id)
    assert terms is not None  # noqa: S101 - the same view listed the tie
    relation, authority, document, document_on, until = terms
    return {
        "id": record.external_id or record.parent_id,
        "name": record.name.get_secret_value(),
        **_contacts(record, sees_hidden=sees_hidden),
        "language": record.language,
        "zone": record.zone or "",
        "relation": relation,
        "authority": authority.value,
        "document": document or "",
        "document_on": _day(document_on),
        "until": _day(until),
        **_adult_marks(record, sees_hidden=sees_hidden),
    }


def _child_marks(child: Child, *, sees_hidden: bool) -> Cells:
    """On every line the same for who may not see them: neither that there are marks nor which."""
    if not sees_hidden:
        return dict.fromkeys(("looked_after", "visiting_never", "child_restriction"), HIDDEN)
    return {
        "looked_after": _yes(child.looked_after),
        "visiting_never": _yes(child.visiting_never),
        "child_restriction": child.restriction or "",
    }


def _adult_marks(record: ParentRecord, *, sees_hidden: bool) -> Cells:
    if not sees_hidden:
        return {"restriction": HIDDEN, "hidden": HIDDEN}
    return {"restriction": record.restriction or "", "hidden": _yes(record.details_hidden)}


def _yes(said: bool) -> str:
    return "yes" if said else ""


def _contacts(record: ParentRecord, *, sees_hidden: bool) -> Cells:
    contacts = {"email": record.email, "phone": record.phone}
    if record.details_hidden and not sees_hidden:
        return {name: HIDDEN if contact else "" for name, contact in contacts.items()}
    return {
        name: contact.get_secret_value() if contact else "" for name, contact in contacts.items()
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def register(reader: Reader, *, after: str, limit: int) -> tuple[str, list[Cells]]:
    """The lines of the staff behind the given id, and the last id; empty when there are no more."""
    found = listings.register(reader, after=after, limit=limit)
    lines = [_colleague(reader, one.staff_id) for one in found]
    return (found[-1].staff_id if len(found) == limit else ""), lines


def _colleague(reader: Reader, staff_id: StaffId) -> Cells:
    record = staff.staff_record(reader, staff_id)
    evidence = colleagues.of(reader, frozenset({staff_id}))[staff_id].evidence
    check = _newest(evidence, EvidenceKind.BACKGROUND_CHECK)
    training = _newest(evidence, EvidenceKind.TRAINING)
    read = _newest(evidence, EvidenceKind.POLICY_ACKNOWLEDGEMENT)
    return {
        "staff_id": record.external_id or staff_id,
        "name": record.name.get_secret_value(),
        "account": record.account.get_secret_value(),
        "phone": record.phone.get_secret_value() if record.phone else "",
        "left_on": _day(record.left_on),
        "check_seen_on": _day(check.seen_on if check else None),
        "check_until": _day(check.trusted_until if check else None),
        "check_scheme": check.scheme.value if check and check.scheme else "",
        "training_seen_on": _day(training.seen_on if training else None),
        "training_until": _day(training.trusted_until if training else None),
        "policy_version": (read.policy_version if read else None) or "",
        "policy_seen_on": _day(read.seen_on if read else None),
    }


def _newest(evidence: tuple[Evidence, ...], kind: EvidenceKind) -> Evidence | None:
    """What was seen last of one kind and stands; older evidence stays where it is."""
    mine = [one for one in evidence if one.kind is kind and not one.invalidated]
    return max(mine, key=lambda one: one.seen_on, default=None)
