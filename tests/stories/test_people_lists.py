"""The command line's way: a file is one decision, and comes out as it went in."""

from pathlib import Path

import pytest

from service.errors import InvalidInput
from service.people_lists import Wish, bring_in_list, lines_of, write_out
from service.web.api.import_columns import People
from tests.api.people import recorded, stored
from tests.harness import House, running
from tests.office import publish
from tests.stories.lists import COLLEAGUE, FAMILY, a_call, a_call_of_a_lead, a_family_line, a_file
from tests.stories.steps import on_sqlite
from tests.world import World

pytestmark = on_sqlite

GO = Wish(go=True)


@pytest.fixture
def said() -> list[str]:
    return []


async def test_a_file_is_checked_unless_told_to_go_and_then_kept(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    file = a_file(tmp_path / "families.csv", [FAMILY, a_family_line(2)])
    before = await stored(world.house)
    await bring_in_list(a_call(world.house), file, Wish(), said.append)
    assert await stored(world.house) == before
    assert said[-1].startswith("Nothing was brought in: this was a check.")
    kept = await bring_in_list(a_call(world.house), file, GO, said.append)
    assert (kept.new, kept.refused) == (2, 0)
    again = await bring_in_list(a_call(world.house), file, GO, said.append)
    assert (again.new, again.same) == (0, 2)


async def test_one_bad_line_at_the_very_end_keeps_the_whole_file_out(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    rows = [a_family_line(number) for number in range(1, 104)]
    file = a_file(tmp_path / "families.csv", [*rows, a_family_line(104, born_on="4.4.14")])
    before = await stored(world.house)
    with pytest.raises(InvalidInput, match="nothing was brought in"):
        await bring_in_list(a_call(world.house), file, GO, said.append)
    assert await stored(world.house) == before
    assert "line 105, refused: born_on: This must be a date like 2027-01-31." in said


async def test_a_run_that_broke_off_is_completed_by_the_next(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    rows = [a_family_line(number) for number in range(1, 6)]
    await bring_in_list(a_call(world.house), a_file(tmp_path / "a.csv", rows[:3]), GO, said.append)
    tally = await bring_in_list(
        a_call(world.house), a_file(tmp_path / "b.csv", rows), GO, said.append
    )
    assert (tally.same, tally.new) == (3, 2)


async def test_what_went_in_comes_out_and_goes_in_elsewhere_to_the_same_state(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    """Also here: what comes out changes nothing when it is brought in again."""
    grandmother = {
        "adult2_id": "P-77", "adult2_name": "Gran, the “elder”", "adult2_relation": "grandmother",
        "adult2_authority": "none", "adult2_phone": "+44 7700 900777", "adult2_language": "de",
        "adult2_restriction": "no_contact", "adult2_hidden": "yes", "looked_after": "yes",
    }  # fmt: skip
    carer = {
        "adult1_authority": "delegated", "adult1_document": "Letter 7",
        "adult1_document_on": "2026-01-05", "adult1_until": "2026-12-31",
    }  # fmt: skip
    alone = {"visiting_never": "yes", "child_restriction": "do_not_contact"}
    no_marks = {"visiting_never": "no", "child_restriction": ""}
    families = a_file(
        tmp_path / "in.csv",
        [FAMILY | grandmother | carer | no_marks, a_family_line(2, child_name="=1+1", **alone)],
    )
    staff = a_file(tmp_path / "staff_in.csv", [COLLEAGUE])
    for file in (staff, families):
        await bring_in_list(a_call(world.house), file, GO, said.append)
    out = await _written(world.house, tmp_path / "out")
    before, trail = await stored(world.house), await recorded(world.house)
    assert trail[-1] == "record.read"
    for name in ("staff", "families"):
        tally = await bring_in_list(a_call(world.house), out / f"{name}.csv", GO, said.append)
        assert tally.same == tally.lines
    assert await stored(world.house) == before
    assert await recorded(world.house) == trail

    elsewhere = tmp_path / "elsewhere"
    _make(elsewhere)
    async with running(f"sqlite:///{elsewhere / 'chaperone.db'}", elsewhere) as house:
        await publish(house, "v3")
        for name in ("staff", "families"):
            await bring_in_list(a_call(house), out / f"{name}.csv", GO, said.append)
        again = await _written(house, elsewhere / "out")
    for name in ("staff.csv", "families.csv"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def _make(folder: Path) -> None:
    folder.mkdir()


async def _written(house: House, folder: Path) -> Path:
    _make(folder)
    for people in (People.STAFF, People.FAMILIES):
        await write_out(a_call_of_a_lead(house), people, folder / f"{people}.csv")
    return folder


@pytest.mark.pitfall(2)
async def test_a_list_sets_marks_and_never_takes_one_away(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    marks = {"looked_after": "yes", "adult1_restriction": "no_contact", "adult1_hidden": "yes"}
    one = a_file(tmp_path / "one.csv", [FAMILY | marks])
    assert (await bring_in_list(a_call(world.house), one, GO, said.append)).new == 1
    marked = await stored(world.house)
    silent = a_file(tmp_path / "silent.csv", [FAMILY])
    assert (await bring_in_list(a_call(world.house), silent, GO, said.append)).same == 1
    others = {"looked_after": "no", "adult1_hidden": "no", "adult1_restriction": "deceased"}
    for number, (column, cell) in enumerate(others.items()):
        other = a_file(tmp_path / f"{number}.csv", [FAMILY | {column: cell}])
        with pytest.raises(InvalidInput, match="nothing was brought in"):
            await bring_in_list(a_call(world.house), other, GO, said.append)
    assert await stored(world.house) == marked


async def test_who_may_not_see_marks_reads_the_same_on_every_line_and_cannot_bring_it_in(
    world: World, tmp_path: Path, said: list[str]
) -> None:
    lines_in = [FAMILY | {"looked_after": "yes", "adult1_hidden": "yes"}, a_family_line(2)]
    one = a_file(tmp_path / "one.csv", lines_in)
    await bring_in_list(a_call(world.house), one, GO, said.append)
    out = tmp_path / "out.csv"
    await write_out(a_call(world.house), People.FAMILIES, out)
    cells = [line["cells"] for line in lines_of(out)]
    columns = ("looked_after", "visiting_never", "child_restriction", "adult1_hidden")
    assert {one[column] for one in cells for column in columns} == {"hidden"}
    with pytest.raises(InvalidInput, match="nothing was brought in"):
        await bring_in_list(a_call(world.house), out, GO, said.append)


async def test_nothing_is_ever_written_over(world: World, tmp_path: Path) -> None:
    file = tmp_path / "families.csv"
    file.write_text("precious", "utf-8")
    with pytest.raises(InvalidInput, match="is there already"):
        await write_out(a_call_of_a_lead(world.house), People.FAMILIES, file)
    assert file.read_text("utf-8") == "precious"
