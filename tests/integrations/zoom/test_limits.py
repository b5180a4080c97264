"""What calls cost, by Zoom's published limits, and which permission each needs."""

from datetime import timedelta

import pytest

from integrations.zoom import limits
from integrations.zoom.limits import (
    FOR_MEETINGS,
    FOR_REPORTS,
    LIST_INSIDE,
    Label,
    Operation,
    PlanName,
    draw_for_write,
    draws_for,
    label_of,
    missing_scopes,
)

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

# Written down once more, from Zoom's page of limits.
PUBLISHED = [
    ("pro", Label.LIGHT, 30),
    ("pro", Label.MEDIUM, 20),
    ("pro", Label.HEAVY, 10),
    ("business", Label.LIGHT, 80),
    ("business", Label.MEDIUM, 60),
    ("business", Label.HEAVY, 40),
]


@pytest.mark.parametrize(("plan", "label", "limit"), PUBLISHED)
def test_each_second_holds_what_the_plan_allows(plan: PlanName, label: Label, limit: int) -> None:
    draw = draws_for("acc", plan, label)[0]
    assert (draw.limit, draw.per) == (limit, SECOND)
    assert draw.name.endswith(f":{label}")


@pytest.mark.parametrize(("plan", "limit"), [("pro", 30_000), ("business", 60_000)])
def test_heavy_calls_have_a_day_as_well(plan: PlanName, limit: int) -> None:
    _, day = draws_for("acc", plan, Label.HEAVY)
    assert (day.limit, day.per) == (limit, DAY)
    assert len(draws_for("acc", plan, Label.LIGHT)) == 1


@pytest.mark.parametrize("plan", ["pro", "business"])
@pytest.mark.parametrize("label", [Label.LIGHT, Label.MEDIUM])
def test_a_share_of_each_second_is_kept_for_safety(plan: PlanName, label: Label) -> None:
    draw = draws_for("acc", plan, label)[0]
    assert 0 < draw.reserve < draw.limit


def test_one_budget_is_shared_by_account_and_its_name_does_not_tell_the_account() -> None:
    one, again = draws_for("acc-1", "pro", Label.LIGHT), draws_for("acc-1", "pro", Label.LIGHT)
    assert one == again
    assert one[0].name != draws_for("acc-2", "pro", Label.LIGHT)[0].name
    assert "acc-1" not in one[0].name


@pytest.mark.pitfall(43)
def test_a_host_has_a_hundred_writes_a_day() -> None:
    draw = draw_for_write("hostAAAA")
    assert (draw.name, draw.limit, draw.per) == ("zoom:host:hostAAAA", 100, DAY)
    assert draw.reserve == 20


def operations() -> dict[str, Operation]:
    return {name: one for name, one in vars(limits).items() if isinstance(one, Operation)}


def test_what_makes_safer_and_only_that_may_use_what_is_kept() -> None:
    safer = {name for name, one in operations().items() if one.makes_safer}
    assert safer == {"END", "DELETE", "CANCEL_REGISTRANTS"}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("CREATE", Label.LIGHT),
        ("READ", Label.LIGHT),
        ("END", Label.LIGHT),
        ("DELETE", Label.LIGHT),
        ("REGISTER", Label.LIGHT),
        ("READ_USER", Label.LIGHT),
        ("READ_PAST", Label.LIGHT),
        ("READ_SETTINGS", Label.MEDIUM),
        ("LIST", Label.MEDIUM),
        ("LIST_REGISTRANTS", Label.MEDIUM),
        ("CANCEL_REGISTRANTS", Label.MEDIUM),
        ("LIST_INSTANCES", Label.MEDIUM),
        ("LIST_PAST_PARTICIPANTS", Label.MEDIUM),
        ("REPORT_PARTICIPANTS", Label.HEAVY),
    ],
)
def test_each_call_has_the_label_of_zooms_documents(name: str, label: Label) -> None:
    assert operations()[name].label is label


@pytest.mark.parametrize(
    ("stated", "label"),
    [
        ("Medium", Label.MEDIUM),
        ("HEAVY", Label.HEAVY),
        ("Resource-intensive", Label.HEAVY),
        ("", Label.LIGHT),
        ("Feather", Label.LIGHT),
    ],
)
def test_the_label_that_zoom_states_counts(stated: str, label: Label) -> None:
    assert label_of(stated, Label.LIGHT) is label


def test_wider_scopes_of_the_older_kind_are_enough() -> None:
    classic = {"meeting:write:admin", "meeting:read:admin", "user:read:admin", "report:read:admin"}
    assert missing_scopes(frozenset(classic)) == ()
    assert "meeting:delete:meeting:admin" in missing_scopes(frozenset({"meeting:read:admin"}))


def test_a_scope_for_oneself_is_not_one_for_the_account() -> None:
    own = frozenset(one.scope.removesuffix(":admin") for one in FOR_MEETINGS)
    assert missing_scopes(own, FOR_MEETINGS) == tuple(one.scope for one in FOR_MEETINGS)


def test_a_master_accounts_scopes_count_as_well() -> None:
    wider = frozenset(one.scope.replace(":admin", ":master") for one in FOR_REPORTS)
    assert missing_scopes(wider, FOR_REPORTS) == ()


def test_looking_into_rooms_leaves_half_of_a_days_heavy_calls_to_reports() -> None:
    draws = draws_for("account", "business", Label.HEAVY, part_of_day=LIST_INSIDE.part_of_day)
    assert sorted(draw.limit for draw in draws) == [40, 30_000, 60_000]
    assert len({draw.name for draw in draws}) == 3
