"""Lists of people are brought in: some lines at once, kept all or none, the same as one by one."""

from typing import Annotated

from pydantic import Field

from service.errors import ChaperoneError, InvalidInput
from service.store.transactions import Refused
from service.web.api.import_columns import People
from service.web.api.import_rows import read_row
from service.web.api.outcome import done
from service.web.api.who import OFFICE
from service.web.bodies import Body, View
from service.web.routes import Answer, Call, Route
from service.workflows.importing.bringing_in import Outcome
from service.workflows.importing.lists import Known, Lines, Told, keep_lines, try_lines

MOST_LINES = 100
LARGEST = 512 * 1024
Cell = Annotated[str, Field(max_length=1000)]


class Line(Body):
    """One line of a list: its number in the file, and its cells by column."""

    line: Annotated[int, Field(ge=1)]
    cells: Annotated[dict[str, Cell], Field(max_length=80)]


class ImportBody(Body):
    """Some lines of one list. Without `go` nothing is kept. Lines in doubt are kept only if
    somebody has looked and says so with `accept_doubts`."""

    people: People
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST_LINES)]
    go: bool = False
    accept_doubts: bool = False


class Remark(View):
    """What is wrong with a line, or doubtful, and in which column."""

    column: str
    code: str
    sentence: str
    like: tuple[str, ...] = ()


class LineView(View):
    """What came of a line, or would: `outcome` is empty if it is refused."""

    line: int
    outcome: Outcome | None
    problems: tuple[Remark, ...]
    doubts: tuple[Remark, ...]


class ImportView(View):
    """What came of the lines, or would. `kept`: all of them are on record now; otherwise none is."""

    kept: bool
    lines: tuple[LineView, ...]


async def bring_in(call: Call[ImportBody]) -> Answer:
    """Check lines, and keep them in one transaction if all are good and `go` says so. The same line
    twice changes nothing the second time."""
    body = call.body
    read = [_read(body.people, line) for line in body.lines]
    rows = tuple(row for row in read if not isinstance(row, InvalidInput))
    wanted = Lines(rows, accept_doubts=body.accept_doubts)
    kept = await _keep(call, wanted) if body.go and len(rows) == len(read) else None
    told = iter(await done(call, try_lines, wanted) if kept is None else kept)
    views = tuple(
        _view(line.line, Told(row, ()) if isinstance(row, InvalidInput) else next(told))
        for line, row in zip(body.lines, read, strict=True)
    )
    return Answer(200, ImportView(kept=kept is not None, lines=views))


def _read(people: People, line: Line) -> Known | InvalidInput:
    try:
        return read_row(people, line.cells)
    except InvalidInput as error:
        return error


async def _keep(call: Call[ImportBody], wanted: Lines) -> tuple[Told, ...] | None:
    """What came of the lines; None if they are not kept, and it has to be told why, line by line."""
    outcome = await call.deps.store.transact(keep_lines, wanted, by=call.actor)
    return None if isinstance(outcome, Refused) else outcome.value


def _view(line: int, told: Told) -> LineView:
    result = told.result
    return LineView(
        line=line,
        outcome=None if isinstance(result, ChaperoneError) else result,
        problems=_problems(result) if isinstance(result, ChaperoneError) else (),
        doubts=tuple(
            Remark(column="", code=one.code, sentence=one.sentence, like=one.refs)
            for one in told.doubts
        ),
    )


def _problems(error: ChaperoneError) -> tuple[Remark, ...]:
    if not error.fields:
        return (Remark(column="", code=error.code, sentence=error.sentence),)
    return tuple(
        Remark(column=one.field, code=one.code, sentence=one.sentence) for one in error.fields
    )


ROUTES = (
    Route("POST", "/v1/imports", bring_in, summary="Bring in lines of a list of people",
          tag="people", roles=OFFICE, body=ImportBody, answers={200: ImportView},
          max_body=LARGEST, clauses=("POL-04", "POL-12", "POL-32")),
)  # fmt: skip
