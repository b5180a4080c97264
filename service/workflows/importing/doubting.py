"""Who in a list may be on record already under another id. Told, never merged."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from service.store.transactions import Reader, Tx
from service.store.who_is_who import doubles
from service.store.who_is_who.doubles import same_name
from service.workflows.importing.bringing_in import FamilyRow, Row, StaffRow


@dataclass(frozen=True)
class Doubt:
    """Why a person must look before a row is kept; `refs` are who it looks like."""

    code: str
    sentence: str
    refs: tuple[str, ...]


SENTENCES = {
    "looks_like_adult": "An adult with another id has this mail address or number.",
    "looks_like_staff": "A member of staff with another id has this mail address or number.",
    "looks_like_child": "A child with another id has this name and date of birth.",
}


@dataclass(frozen=True)
class _Reached:
    """Somebody on a row who can be reached by these addresses and numbers."""

    ref: str
    digests: frozenset[str]
    is_staff: bool


def doubts_about(reader: Reader | Tx, row: Row) -> tuple[Doubt, ...]:
    """Whom a row looks like among those on record."""
    reached = tuple(_reached(reader, row))
    return (*_alike_child(reader, row), *_alike_people(reader, reached))


def _alike_child(reader: Reader | Tx, row: Row) -> Iterator[Doubt]:
    if isinstance(row, FamilyRow):
        born = doubles.children_born(reader, row.born_on)
        alike = born.get(same_name(row.name.get_secret_value()), frozenset())
        yield from _doubt("looks_like_child", alike - {row.ref})


def _alike_people(reader: Reader | Tx, reached: tuple[_Reached, ...]) -> Iterator[Doubt]:
    digests = frozenset(one for person in reached for one in person.digests)
    adults = doubles.reached_by(reader, digests, among_staff=False)
    colleagues = doubles.reached_by(reader, digests, among_staff=True)
    household = {person.ref for person in reached}  # one shares its number
    for person in reached:
        for code, known, own in (
            ("looks_like_adult", adults, not person.is_staff),
            ("looks_like_staff", colleagues, person.is_staff),
        ):
            refs = frozenset().union(*(known.get(one, ()) for one in person.digests))
            yield from _doubt(code, refs - household if own else refs)


def _doubt(code: str, refs: frozenset[str]) -> Iterator[Doubt]:
    if refs:
        yield Doubt(code, SENTENCES[code], tuple(sorted(refs)))


def _reached(reader: Reader | Tx, row: Row) -> Iterator[_Reached]:
    def digests(*contacts: SecretStr | None) -> frozenset[str]:
        given = (contact for contact in contacts if contact is not None)
        return frozenset(reader.house.contact_digest(contact) for contact in given)

    if isinstance(row, StaffRow):
        yield _Reached(row.ref, digests(row.account, row.phone), is_staff=True)
        return
    for adult in row.adults:
        yield _Reached(adult.ref, digests(adult.email, adult.phone), is_staff=False)
