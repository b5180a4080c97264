"""People as lists that can be brought in again; every page that is read is noted."""

from service.policy.people import Role
from service.web.api.import_columns import People
from service.web.api.lists import start_of
from service.web.api.outcome import done
from service.web.bodies import View
from service.web.paging import Listing, Page, cursor_for
from service.web.routes import Answer, Call, Route
from service.workflows.importing import exporting
from service.workflows.importing.exporting import Cells
from service.workflows.inspection import inspecting


class LineView(View):
    """One line of a list, its cells by column; a column that is not there is empty."""

    cells: dict[str, str]


async def families(call: Call[None, Page]) -> Answer:
    """Children with the adults on their records. A hidden address stays hidden but for the lead."""
    await _note(call, People.FAMILIES)
    last, lines = await call.deps.store.read(
        exporting.families,
        after=start_of(People.FAMILIES, call.query),
        limit=call.query.limit,
        sees_hidden=call.actor.has(Role.DSL),
    )
    return _page(People.FAMILIES, last, lines)


async def staff(call: Call[None, Page]) -> Answer:
    """The staff register with the newest evidence of each kind."""
    await _note(call, People.STAFF)
    last, lines = await call.deps.store.read(
        exporting.register, after=start_of(People.STAFF, call.query), limit=call.query.limit
    )
    return _page(People.STAFF, last, lines)


async def _note(call: Call[None, Page], people: People) -> None:
    await done(call, inspecting.note_reading, inspecting.NoteReading(f"export.{people}"))


def _page(people: People, last: str, lines: list[Cells]) -> Answer:
    items = tuple(LineView(cells=line) for line in lines)
    cursor = cursor_for(people, (last,)) if last else None
    return Answer(200, Listing[LineView](items=items, next_cursor=cursor))


KEEPERS = frozenset({Role.DSL, Role.ADMIN})

ROUTES = (
    Route("GET", "/v1/exports/families", families, summary="Children and adults as a list",
          tag="people", roles=KEEPERS, query=Page, answers={200: Listing[LineView]},
          clauses=("POL-26",)),
    Route("GET", "/v1/exports/staff", staff, summary="The staff register as a list",
          tag="people", roles=KEEPERS, query=Page, answers={200: Listing[LineView]},
          clauses=("POL-26",)),
)  # fmt: skip
