"""`chaperone import` and `export-people`, as an office types them."""

import asyncio
from pathlib import Path

from click.testing import CliRunner, Result

from service.__main__ import main
from service.settings import PREFIX
from tests.harness import House
from tests.stories.lists import COLLEAGUE, FAMILY, a_call, a_call_of_a_lead, a_family_line, a_file
from tests.stories.steps import on_sqlite
from tests.world import World


async def typed(house: House, token: str, *words: str) -> Result:
    """What a command does and says, in a thread of its own: it has a loop of its own. An office knows
    the address, and has a token; it holds no key of the service."""
    env = {f"{PREFIX}BASE_URL": house.base_url, f"{PREFIX}TOKEN": token}
    return await asyncio.to_thread(CliRunner().invoke, main, words, env=env)


@on_sqlite
async def test_lists_are_checked_brought_in_and_written_out(world: World, tmp_path: Path) -> None:
    house, token = world.house, a_call(world.house).token
    staff = str(a_file(tmp_path / "team.csv", [COLLEAGUE]))
    families = str(a_file(tmp_path / "children.csv", [FAMILY, a_family_line(2)]))
    both = await typed(house, token, "import", "--go", staff, families)
    assert both.exit_code == 2, both.output  # one list at a time
    for file in (staff, families):
        checked = await typed(house, token, "import", file)
        assert checked.exit_code == 0, checked.output
        assert "Nothing was brought in: this was a check." in checked.output
        kept = await typed(house, token, "import", "--go", file)
        assert kept.exit_code == 0, kept.output
    assert "2 lines: 2 new, 0 changed, 0 as they are, 0 refused, 0 in doubt." in kept.output
    bad = str(a_file(tmp_path / "bad.csv", [a_family_line(3, born_on="soon")]))
    refused = await typed(house, token, "import", "--go", bad)
    assert refused.exit_code == 1
    assert "line 2, refused: born_on" in refused.output

    out = await typed(house, a_call_of_a_lead(house).token, "export-people", str(tmp_path))
    assert out.exit_code == 0, out.output
    assert "families.csv: 3 lines." in out.output
    not_mine = await typed(house, "nonsense", "import", families)
    assert not_mine.exit_code == 1
