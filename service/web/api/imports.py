"""Lists of people are brought in: checked whole, then kept whole, the same as one by one."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from service.errors import ChaperoneError, InvalidInput
from service.store.transactions import Store
from service.web.api.import_columns import People
from service.web.api.import_rows import read_row, steps_of
from service.web.api.who import OFFICE
from service.web.bodies import Body, View
from service.web.routes import Answer, Call, Route
from service.workflows.bringing_in import Outcome, Row, keep_row, try_rows
from service.workflows.doubting import Doubt, doubts_about
from service.workflows.paper import PaperRow

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
    """What came of the lines. `kept` is false if one of them was refused or in doubt, too."""

    kept: bool
    lines: tuple[LineView, ...]


Known = Row | PaperRow


async def bring_in(call: Call[ImportBody]) -> Answer:
    """Check lines, and keep them if all are good and `go` says so. The same line twice changes
    nothing the second time."""
    body = call.body
    read = [_read(body.people, line) for line in body.lines]
    rows = [row for row in read if not isinstance(row, InvalidInput)]
    doubts = iter(await _doubts(call.deps.store, rows))
    tried = iter(await try_rows(call.deps.store, [steps_of(row) for row in rows], call.actor))
    views = [
        _view(line.line, row, ())
        if isinstance(row, InvalidInput)
        else _view(line.line, next(tried), next(doubts))
        for line, row in zip(body.lines, read, strict=True)
    ]
    good = all(_is_good(view, body) for view in views)
    if not (body.go and good):
        return Answer(200, ImportView(kept=False, lines=tuple(views)))
    return Answer(200, await _keep(call, rows, views))


def _is_good(view: LineView, body: ImportBody) -> bool:
    return not view.problems and (body.accept_doubts or not view.doubts)


def _read(people: People, line: Line) -> Known | InvalidInput:
    try:
        return read_row(people, line.cells)
    except InvalidInput as error:
        return error


async def _doubts(store: Store, rows: Sequence[Known]) -> list[tuple[Doubt, ...]]:
    plain = tuple(row for row in rows if not isinstance(row, PaperRow))
    if not plain:
        return [() for _ in rows]
    return list(await store.read(doubts_about, plain))


async def _keep(
    call: Call[ImportBody], rows: Sequence[Known], views: Sequence[LineView]
) -> ImportView:
    """All were good a moment ago; one that is refused now, because something changed meanwhile, is
    told, and the rest stands."""
    kept = []
    for row, view in zip(rows, views, strict=True):
        if view.outcome is Outcome.SAME:
            kept.append(view)
            continue
        result = await keep_row(call.deps.store, steps_of(row), call.actor)
        told = _view(view.line, result, ())
        kept.append(told.model_copy(update={"doubts": view.doubts}))
    return ImportView(kept=not any(view.problems for view in kept), lines=tuple(kept))


def _view(line: int, result: Outcome | ChaperoneError, doubts: tuple[Doubt, ...]) -> LineView:
    return LineView(
        line=line,
        outcome=None if isinstance(result, ChaperoneError) else result,
        problems=_problems(result) if isinstance(result, ChaperoneError) else (),
        doubts=tuple(
            Remark(column="", code=one.code, sentence=one.sentence, like=one.refs) for one in doubts
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
