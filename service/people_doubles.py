"""What lines of one list have in common, kept on disk, so that memory does not grow with the list."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from service.store.who_is_who.first_seen import FirstSeen
from service.web.api.import_columns import ADULTS_ON_A_LINE, People

Remark = dict[str, Any]
Cells = Mapping[str, str]

SAID_OTHERWISE = "This id stands on line {line} with other details."
TWICE = "This stands on line {line} already."
ALIKE = "Line {line} has another id with the same {what}."


class Doubles:
    """Remembers every line it was shown, and says which earlier one a new line looks like."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._seen = FirstSeen()

    def __enter__(self) -> Self:
        self._seen.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._seen.__exit__()

    def of(self, line: int, cells: Cells) -> list[Remark]:
        """What is doubtful of a line when held against those before it."""
        match self._people:
            case People.FAMILIES:
                return list(self._family(line, cells))
            case People.STAFF:
                return list(self._person(line, cells, "staff", "staff_id", "", "account"))
            case People.CONSENTS:
                return list(self._consent(line, cells))

    def _family(self, line: int, cells: Cells) -> Iterator[Remark]:
        ref = cells.get("child_id", "")
        name = "".join(cells.get("child_name", "").casefold().split())
        child = (name, cells.get("born_on", ""))
        yield from self._same_details(line, "child_id", ("child", ref), repr(child))
        yield from self._alike(line, "child_id", ref, ("born", *child), "name and date of birth")
        for number in range(1, ADULTS_ON_A_LINE + 1):
            prefix = f"adult{number}_"
            if cells.get(f"{prefix}id"):
                yield from self._person(line, cells, "adult", f"{prefix}id", prefix, "email")

    def _person(
        self, line: int, cells: Cells, kind: str, column: str, prefix: str, mail: str
    ) -> Iterator[Remark]:
        ref = cells.get(column, "")
        told = {name: cells.get(prefix + name, "") for name in ("name", mail, "phone", "language")}
        if kind == "staff":
            yield from self._twice(line, column, (kind, ref))
        else:
            yield from self._same_details(line, column, (kind, ref), repr(told))
        for what, contact in (
            ("mail address", told[mail].casefold()),
            ("telephone number", "".join(sign for sign in told["phone"] if sign.isdigit())[-9:]),
        ):
            if contact:
                yield from self._alike(line, column, ref, (kind, what, contact), what)

    def _consent(self, line: int, cells: Cells) -> Iterator[Remark]:
        word = tuple(cells.get(name, "") for name in ("child_id", "giver_id", "purpose"))
        yield from self._twice(line, "giver_id", ("word", *word))

    def _same_details(
        self, line: int, column: str, mark: tuple[str, ...], details: str
    ) -> Iterator[Remark]:
        before = self._seen.note(("details", *mark), details, line)
        if before is not None and not before[0]:
            yield _remark(column, "other_details", SAID_OTHERWISE.format(line=before[1]))

    def _alike(
        self, line: int, column: str, ref: str, mark: tuple[str, ...], what: str
    ) -> Iterator[Remark]:
        before = self._seen.note(("alike", *mark), ref, line)
        # A household shares its number: adults of one line are not held against each other.
        if before is not None and not before[0] and before[1] != line:
            yield _remark(column, "alike", ALIKE.format(line=before[1], what=what))

    def _twice(self, line: int, column: str, mark: tuple[str, ...]) -> Iterator[Remark]:
        before = self._seen.note(("twice", *mark), "", line)
        if before is not None:
            yield _remark(column, "twice", TWICE.format(line=before[1]))


def _remark(column: str, code: str, sentence: str) -> Remark:
    return {"column": column, "code": code, "sentence": sentence, "like": []}
