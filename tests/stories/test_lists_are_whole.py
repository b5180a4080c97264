"""Lines that are sent together are one decision: kept all or none, and clashes among them are found."""

import asyncio
from datetime import timedelta

import pytest

from service.errors import Conflict, InvalidInput
from service.policy.people import Role
from service.web.api.import_columns import People
from service.web.api.import_rows import read_row
from service.workflows.importing import lists
from service.workflows.importing.lists import Lines
from tests.api.people import recorded, stored
from tests.invariants import check_everything
from tests.stories.lists import (
    COLLEAGUE,
    FAMILY,
    a_family_line,
    a_paper,
    doubts,
    outcomes,
    problems,
    send,
)
from tests.stories.steps import on_sqlite
from tests.world import World

OTHER = COLLEAGUE | {"staff_id": "S-2", "name": "Nell Two", "phone": ""}


async def test_lines_that_clash_with_each_other_are_found_by_the_check_and_none_is_kept(
    world: World,
) -> None:
    before, trail = await stored(world.house), await recorded(world.house)
    third = COLLEAGUE | {"staff_id": "S-3", "account": "third@tuition.example", "phone": ""}
    for go in (False, True):
        reply = await send(world, "staff", COLLEAGUE, OTHER, third, go=go, accept_doubts=True)
        assert (reply.body["kept"], outcomes(reply)) == (False, ["new", None, "new"])
        assert problems(reply) == {3: {("", "same_person")}}
    assert await stored(world.house) == before
    assert (await recorded(world.house))[len(trail) :] == ["request.refused"]


@on_sqlite
async def test_a_paper_that_takes_back_what_stands_a_line_before_is_found_by_the_check(
    world: World,
) -> None:
    await world.house.advance(days=3)
    today = world.house.clock.now().date()
    signed = [(today - timedelta(days=days)).isoformat() for days in (2, 1)]
    no = a_paper(world, answer="refused", present_adults="", signed_on=signed[0])
    yes = a_paper(world, document="Folder 3, sheet 13", signed_on=signed[1])
    before = await stored(world.house)
    for go in (False, True):
        assert problems(await send(world, "consents", no, yes, go=go)) == {3: {("", "said_since")}}
    assert await stored(world.house) == before


@pytest.mark.pitfall(3)
@on_sqlite
async def test_lines_that_look_like_each_other_are_told_by_the_service_itself(world: World) -> None:
    twin = FAMILY | {"child_id": "K-2", "adult1_id": "P-2", "adult1_email": "", "adult1_phone": ""}
    reply = await send(world, "families", FAMILY, twin, go=True)
    assert (reply.body["kept"], doubts(reply)) == (False, {3: {"looks_like_child"}})
    accepted = await send(world, "families", FAMILY, twin, go=True, accept_doubts=True)
    assert (accepted.body["kept"], outcomes(accepted)) == (True, ["new", "new"])
    await check_everything(world.house)


async def test_a_line_is_never_half_on_record(world: World) -> None:
    """The last step of a line is refused when it is kept: neither child nor adults are there."""
    marked = FAMILY | {"child_restriction": "do_not_contact", "adult1_hidden": "yes"}
    taken_off = a_family_line(2, adult2_id="P-3", adult2_name="A", adult2_relation="aunt")
    taken_off |= {"adult2_authority": "delegated"}  # and no paper that it rests on
    rows = tuple(read_row(People.FAMILIES, cells) for cells in (marked, taken_off))
    before = await stored(world.house)
    with pytest.raises(InvalidInput):
        await world.house.do(lists.keep_lines, Lines(rows), world.actor(world.lead, Role.DSL))
    assert await stored(world.house) == before
    await world.house.do(lists.keep_lines, Lines(rows[:1]), world.actor(world.lead, Role.DSL))
    assert len((await stored(world.house))["children"]) == 1 + 1


@on_sqlite
async def test_a_line_in_doubt_is_never_kept_unless_somebody_has_looked(world: World) -> None:
    await send(world, "families", FAMILY, go=True)
    alike = read_row(People.FAMILIES, FAMILY | {"child_id": "K-2"})
    keep = Lines((alike,))
    with pytest.raises(Conflict, match="in doubt"):
        await world.house.do(lists.keep_lines, keep, world.actor(world.lead, Role.DSL))


async def test_two_lists_that_name_the_same_people_in_opposite_order_are_both_kept(
    world: World,
) -> None:
    families = [a_family_line(number) for number in range(1, 9)]
    await send(world, "families", *families, go=True)
    changed = [
        [line | {"adult1_language": language} for line in order]
        for language, order in (("de", families), ("en", families[::-1]))
    ]
    told = await asyncio.gather(*(send(world, "families", *some, go=True) for some in changed * 2))
    assert all(reply.body["kept"] for reply in told)
    await check_everything(world.house)
