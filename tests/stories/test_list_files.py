"""What is done with a file of people before anything is sent: its header, its lines, its doubles."""

import tracemalloc
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.errors import InvalidInput
from service.people_doubles import Doubles
from service.people_lists import Call, lines_of
from service.web.api.import_columns import People, columns, described, list_with
from tests.stories.lists import FAMILY, a_family_line, a_file


def test_a_header_is_known_or_refused_with_the_columns_named() -> None:
    for people in People:
        assert list_with(tuple(column.name for column in columns(people))) is people
    with pytest.raises(InvalidInput, match=r"Unknown columns: school\. Missing: born_on, child_id"):
        list_with(("child_name", "school"))
    with pytest.raises(InvalidInput, match="twice: child_id"):
        list_with(("child_id", "child_id", "child_name", "born_on"))
    with pytest.raises(InvalidInput, match="by which a list is known"):
        list_with(("name", "age"))


def test_lines_keep_their_numbers_over_empty_ones_and_surplus_cells_are_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("child_id,child_name,,\nK-1,A,,\n,,,\nK-2,B,,\n", "utf-8")
    assert [line["line"] for line in lines_of(file)] == [2, 4]
    file.write_text("child_id,child_name\nK-1,A,astray\n", "utf-8")
    with pytest.raises(InvalidInput, match="Line 2 has more cells"):
        list(lines_of(file))
    file.write_bytes("child_id,child_name\nK-1,Zoë\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        list(lines_of(file))


@pytest.mark.pitfall(3)
def test_lines_that_look_like_each_other_are_told_and_siblings_are_not() -> None:
    with Doubles(People.FAMILIES) as doubles:
        assert doubles.of(2, FAMILY) == []
        assert doubles.of(3, FAMILY | {"child_id": "K-9", "child_name": "Wren Marsh"}) == []
        other = doubles.of(4, a_family_line(4, adult1_email="ADA@marsh.example"))
        assert [(one["column"], one["code"]) for one in other] == [("adult1_id", "alike")]
        assert "Line 2" in other[0]["sentence"]
        twin = doubles.of(5, FAMILY | {"child_id": "K-5", "adult1_phone": "07700 900556"})
        assert {one["code"] for one in twin} == {"alike", "other_details"}
    with Doubles(People.CONSENTS) as doubles:
        word = {"child_id": "K-1", "giver_id": "P-1", "purpose": "take_part"}
        assert doubles.of(2, word) == []
        assert [one["code"] for one in doubles.of(3, word)] == ["twice"]


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    """Everything the command keeps between lines is on disk: four times the lines, the same peak."""

    def peak(count: int) -> int:
        file = a_file(tmp_path / f"{count}.csv", map(a_family_line, range(count)))
        tracemalloc.start()
        with Doubles(People.FAMILIES) as doubles:
            found = (doubles.of(one["line"], one["cells"]) for one in lines_of(file))
            assert not any(found)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(2000) < 1.5 * peak(500)


def test_the_columns_in_the_documentation_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs/bringing-people-in.md").read_text("utf-8")
    told = text.split("<!-- chaperone columns -->\n")[1].split("<!-- end -->")[0]
    assert told.strip() == described().strip()


async def test_the_command_waits_when_the_service_asks_it_to() -> None:
    answers = [429, 429, 200]

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"lines": []}, status=answers.pop(0), headers={"Retry-After": "0"})

    app = web.Application()
    app.router.add_post("/v1/imports", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        call = Call(session, f"http://127.0.0.1:{server.port}", "token")
        assert await call.send("POST", "/v1/imports", json={}) == {"lines": []}
    assert answers == []
