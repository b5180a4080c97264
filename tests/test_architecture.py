"""What may know of what, and what is written in one place only."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
SERVICE = sorted((ROOT / "service").rglob("*.py"))
INTEGRATIONS = sorted((ROOT / "integrations").rglob("*.py"))
CODE = SERVICE + INTEGRATIONS
MIGRATIONS = ROOT / "service/store/migrations/versions"
WRITTEN = [file for file in CODE if MIGRATIONS not in file.parents]
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
PROOFS = {"Clearance": "clear", "Admission": "admit"}
FLOORS = {"aiohttp": "3.14.5", "pyjwt": "2.15.1", "apscheduler": "3.11.3"}
"""The oldest releases without a known hole, or without the missed ticks mended in 3.11.3."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(file: Path) -> str:
    """The file's path inside the repository."""
    return str(file.relative_to(ROOT))


@cache
def tree(file: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(file.read_text("utf-8"))


def imported(file: Path) -> set[str]:
    """The dotted names a file imports, whatever the way it says so."""
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(file)} imports relatively"
            found |= {str(node.module)}
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def knows(file: Path, *packages: str) -> bool:
    """Whether the file imports one of these packages or something in them."""
    return any(
        name == package or name.startswith(f"{package}.")
        for name in imported(file)
        for package in packages
    )


def functions(file: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(tree(file)):
        if isinstance(node, Function):
            yield node


def called(node: ast.AST) -> Iterator[str]:
    """The last part of the name of everything called inside."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            if isinstance(call.func, ast.Name):
                yield call.func.id
            elif isinstance(call.func, ast.Attribute):
                yield call.func.attr


# --- proofs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", PROOFS)
def test_a_proof_is_constructed_in_one_function_only(proof: str) -> None:
    makers = [
        (place(file), function.name)
        for file in CODE
        for function in functions(file)
        if proof in called(function)
    ]
    assert makers == [(f"service/policy/{proof.lower()}.py", PROOFS[proof])]
    everywhere = [place(file) for file in CODE for name in called(tree(file)) if name == proof]
    assert everywhere == [f"service/policy/{proof.lower()}.py"]


@pytest.mark.parametrize("proof", PROOFS)
def test_nobody_inherits_from_a_proof_or_hides_its_name(proof: str) -> None:
    for file in CODE:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
                assert proof not in bases, place(file)
            if isinstance(node, ast.ImportFrom):
                names = [alias for alias in node.names if alias.name == proof]
                assert all(alias.asname is None for alias in names), place(file)


@pytest.mark.parametrize("file", CODE, ids=place)
def test_no_value_is_made_round_its_constructor(file: Path) -> None:
    assert not knows(file, "pickle", "copy", "marshal", "dill", "copyreg", "shelve")
    names = {node.attr for node in ast.walk(tree(file)) if isinstance(node, ast.Attribute)}
    assert names.isdisjoint({"__new__", "__reduce__", "__reduce_ex__", "__setstate__"})


@pytest.mark.parametrize("file", CODE, ids=place)
def test_a_frozen_value_is_set_only_by_itself_while_it_is_made(file: Path) -> None:
    def setters(node: ast.AST) -> list[ast.Call]:
        return [
            call
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "__setattr__"
        ]

    made = [one for one in functions(file) if one.name == "__post_init__"]
    own = [call for function in made for call in setters(function)]
    assert len(setters(tree(file))) == len(own)
    assert all(ast.unparse(call.args[0]) == "self" for call in own)


# --- who knows whom (import-linter keeps the layers; here is what it cannot say) ------------------------


POLICY = [file for file in SERVICE if "service/policy/" in place(file)]


@pytest.mark.parametrize("file", POLICY, ids=place)
def test_the_rules_know_the_standard_library_alone(file: Path) -> None:
    for name in imported(file):
        ours = name in ("service", "service.errors") or name.startswith(
            ("service.policy", "service.errors.")
        )
        assert ours or name.split(".")[0] in sys.stdlib_module_names, name
    assert not knows(file, "os", "socket", "sqlite3", "asyncio", "random", "secrets", "time")


@pytest.mark.parametrize("file", POLICY, ids=place)
def test_the_rules_ask_no_clock(file: Path) -> None:
    assert {"now", "utcnow", "today"}.isdisjoint(called(tree(file)))


@pytest.mark.parametrize("file", CODE, ids=place)
def test_sql_is_in_the_store_and_nowhere_else(file: Path) -> None:
    if "service/store/" not in place(file):
        assert not knows(file, "sqlalchemy", "sqlmodel", "alembic", "asyncpg", "sqlite3")


ROOT_OF_COMPOSITION = {
    f"service/{name}.py" for name in ("__main__", "app", "doctor", "emulate", "providers")
}


@pytest.mark.parametrize("file", SERVICE, ids=place)
def test_only_the_composition_root_knows_the_integrations(file: Path) -> None:
    if place(file) not in ROOT_OF_COMPOSITION:
        assert not knows(file, "integrations")


EMULATORS = [file for file in INTEGRATIONS if "emulator/" in place(file)]


@pytest.mark.parametrize("file", EMULATORS, ids=place)
def test_an_emulator_shares_no_code_with_the_client_it_tries(file: Path) -> None:
    own = {name for name in imported(file) if name.startswith(("integrations", "service"))}
    allowed = (f"integrations.{file.parent.parent.name}.emulator", "integrations.emulation")
    assert {name for name in own if not name.startswith(allowed)} == set()


# --- written in one place -----------------------------------------------------------------------------


STORE = [file for file in WRITTEN if "service/store/" in place(file)]


def test_move_is_the_only_writer_of_a_sessions_state() -> None:
    writers = set()
    for file in STORE:
        for function in functions(file):
            for node in ast.walk(function):
                if isinstance(node, ast.Dict):
                    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                    if "state" in keys:
                        writers.add((place(file), function.name))
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "values"
                    and any(keyword.arg == "state" for keyword in node.keywords)
                ):
                    writers.add((place(file), function.name))
    sessions = "service/store/sessions/sessions.py"
    assert writers == {(sessions, "insert"), (sessions, "move")}


def test_only_the_store_of_sessions_writes_sessions() -> None:
    writes = re.compile(r"\bSESSIONS\s*\.\s*(?:update|insert|delete)\(")
    assert [place(file) for file in CODE if writes.search(file.read_text("utf-8"))] == [
        "service/store/sessions/sessions.py"
    ]


@pytest.mark.pitfall(57)
def test_no_textual_sql_changes_a_row() -> None:
    changes = re.compile(r"text\(\s*f?[\"']\s*(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
    assert [place(file) for file in STORE if changes.search(file.read_text("utf-8"))] == []


UNSEEN = ("service/workflows/", "service/reconcilers/")
"""Work that nobody looks on at: what it is refused must be raised, or be named as no bug."""


@pytest.mark.parametrize(
    "file", [file for file in SERVICE if place(file).startswith(UNSEEN)], ids=place
)
def test_a_refusal_that_nobody_sees_is_never_overlooked(file: Path) -> None:
    assert "transact" not in called(tree(file))


# --- form ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", WRITTEN, ids=place)
def test_a_file_is_one_screen_or_two(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("file", WRITTEN, ids=place)
def test_a_function_fits_on_a_screen(file: Path) -> None:
    long = {
        function.name: lines
        for function in functions(file)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


SPEAKS = ("service/__main__.py", "service/commands")
"""What a person types may answer in the terminal; nothing else prints."""


@pytest.mark.parametrize("file", CODE, ids=place)
def test_nothing_prints_and_nothing_is_left_to_do(file: Path) -> None:
    if not place(file).startswith(SPEAKS):
        assert "print" not in [
            node.func.id
            for node in ast.walk(tree(file))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
    assert not re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b", file.read_text("utf-8"))


# --- what we stand on -----------------------------------------------------------------------------------


def requirements() -> dict[str, Requirement]:
    """What the package asks for, by normal name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return {requirement.name.lower().replace("_", "-"): requirement for requirement in found}


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_a_release_with_a_known_hole_is_never_installed(name: str, floor: str) -> None:
    floors = [
        Version(one.version) for one in requirements()[name].specifier if one.operator == ">="
    ]
    assert floors
    assert min(floors) >= Version(floor)


def test_the_next_generation_of_the_ticker_is_not_taken_by_accident() -> None:
    assert not requirements()["apscheduler"].specifier.contains("4.0.0a6", prereleases=True)


def test_every_floor_is_met_by_the_releases_we_pin() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {
        name.lower().replace("_", "-"): version
        for name, _, version in (line.partition("==") for line in lines)
        if version
    }
    assert set(requirements()) <= set(pinned)
    for name, requirement in requirements().items():
        assert requirement.specifier.contains(pinned[name]), name
