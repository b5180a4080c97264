"""Whatever stands in lists of families comes out of an empty service, line by line, as from the first."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.people_lists import Wish, bring_in_list, lines_of, write_out
from service.web.api.import_columns import People
from tests.harness import running
from tests.stories.lists import FAMILY, a_call, a_call_of_a_lead, a_file

Cells = dict[str, str]
GO = Wish(go=True, accept_doubts=True)
LETTER = {"document": "Letter; 7, “b”", "document_on": "2026-01-05"}
AUTHORITIES = st.sampled_from(
    [
        {"authority": "parental_responsibility"},
        {"authority": "none"},
        {"authority": "local_authority", **LETTER},
        {"authority": "delegated", **LETTER, "until": "2027-12-31"},
    ]
)
YES = st.sampled_from(["", "yes"])
ADULTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Ada", "Zoë, the elder", '"Gran"', "=1+1"]),
        "zone": st.sampled_from(["", "Europe/Berlin"]),
        "language": st.sampled_from(["en", "de"]),
        "restriction": st.sampled_from(["", "no_contact", "do_not_contact", "deceased"]),
        "hidden": YES,
    }
)
CHILDREN = st.fixed_dictionaries(
    {
        "looked_after": YES,
        "visiting_never": YES,
        "child_restriction": st.sampled_from(["", "do_not_contact", "deceased"]),
    }
)


@st.composite
def lists_of_families(draw: st.DrawFn) -> list[Cells]:
    """A few children who share a few adults, each with an authority of its own for each."""
    adults = {f"P-{n}": draw(ADULTS) for n in range(3)}
    lines = []
    for number in range(draw(st.integers(1, 4))):
        line = {"child_id": f"K-{number}", "child_name": f"R {number}", "born_on": "2016-03-09"}
        line |= draw(CHILDREN)
        named = draw(st.lists(st.sampled_from(sorted(adults)), min_size=1, unique=True))
        for place, ref in enumerate(named, 1):
            told = {"id": ref, "relation": "carer"} | adults[ref] | draw(AUTHORITIES)
            line |= {f"adult{place}_{name}": cell for name, cell in told.items()}
        lines.append(line)
    return lines


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(lists_of_families())
def test_what_comes_out_goes_into_an_empty_service_and_comes_out_the_same(
    lines: list[Cells],
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_there_and_back(Path(folder), lines))


async def _there_and_back(folder: Path, lines: list[Cells]) -> None:
    columns = dict.fromkeys([*FAMILY, *(name for line in lines for name in line)], "")
    first = await _through(folder / "one", a_file(folder / "in.csv", [columns | x for x in lines]))
    second = await _through(folder / "two", first)
    assert second.read_bytes() == first.read_bytes()
    assert [_said(line["cells"]) for line in lines_of(first)] == [_said(line) for line in lines]


def _said(cells: Cells) -> tuple[frozenset[tuple[str, str]], ...]:
    """What a line says of the child, and of each adult, wherever on the line they stand."""
    parts: dict[str, set[tuple[str, str]]] = {}
    for name, cell in cells.items():
        place, _, column = name.partition("_") if name.startswith("adult") else ("", "", name)
        if cell:
            parts.setdefault(place, set()).add((column, cell))
    child = frozenset(parts.pop(""))
    return child, *sorted((frozenset(part) for part in parts.values()), key=sorted)


async def _through(folder: Path, file: Path) -> Path:
    """Into an empty service, and out of it again."""
    folder.mkdir()  # noqa: ASYNC240 - a test has nobody to wait for it
    out = folder / "families.csv"
    async with running(f"sqlite:///{folder / 'chaperone.db'}", folder) as house:
        await bring_in_list(a_call(house), file, GO, lambda _: None)
        await write_out(a_call_of_a_lead(house), People.FAMILIES, out)
    return out
