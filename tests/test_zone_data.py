"""One library knows when clocks change, in one place, with one set of data (pitfall 35)."""

import ast
import importlib.resources
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

import service

SERVICE = Path(service.__file__).parent
NAMES_ZONES = {"policy/times.py"}
pytestmark = pytest.mark.pitfall(35)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(SERVICE.rglob("*.py")):
        yield file.relative_to(SERVICE).as_posix(), ast.parse(file.read_text("utf-8"))


def test_zone_data_comes_from_the_package_and_never_from_the_machine() -> None:
    assert zoneinfo.TZPATH == ()
    assert importlib.resources.files("tzdata").joinpath("zoneinfo/Europe/London").is_file()
    assert zoneinfo.ZoneInfo.no_cache("Europe/London").key == "Europe/London"


def test_no_other_library_of_zones_is_used() -> None:
    others = {"pytz", "dateutil", "tzlocal", "pendulum", "arrow"}
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                found = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found = {(node.module or "").split(".")[0]}
            else:
                continue
            assert not found & others, name


def test_zones_are_looked_up_in_one_place() -> None:
    found = {
        name
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("ZoneInfo", "zoneinfo.ZoneInfo")
    }
    assert found == NAMES_ZONES
