"""A paper that comes in by list: again, corrected, signed by a deputy, vouched for by who does not count."""

from pathlib import Path

import pytest

from service.policy.consent import ConsentKind
from service.policy.session import CoverMode
from tests.api.people import lead
from tests.deployment import VISITED
from tests.harness import running
from tests.invariants import check_everything
from tests.stories.lists import a_paper, outcomes, problems, send
from tests.stories.steps import on_sqlite
from tests.stories.test_duty_team import a_duty_team
from tests.stories.ties import blockers
from tests.world import World, a_world, book, say


async def words(world: World) -> list[dict[str, object]]:
    """What is in the child's ledger, as the lead reads it."""
    reply = await lead(world).get(f"/v1/children/{world.family.child}/consent")
    told: list[dict[str, object]] = reply.body["words"]
    return told


async def test_a_paper_corrected_to_a_no_is_heard_and_its_yes_comes_back_by_no_list(
    world: World,
) -> None:
    yes = a_paper(world)
    no = a_paper(world, answer="refused", policy_version="", present_adults="", child_agrees="")
    assert outcomes(await send(world, "consents", yes, go=True)) == ["new"]
    session_id = await book(world)
    for outcome in ("changed", "same"):
        assert outcomes(await send(world, "consents", no, go=True)) == [outcome]
    assert [one["kind"] for one in await words(world)] == ["given", "refused"]
    assert "consent_refused" in await blockers(world, session_id)
    back = await send(world, "consents", yes, go=True)
    assert problems(back) == {2: {("", "paper_says_otherwise")}}
    await check_everything(world.house)


@on_sqlite
@pytest.mark.parametrize(
    "other",
    [
        {"valid_until": "2027-07-31T23:59:00Z"},
        {"present_adults": ""},
        {"child_agrees": ""},
        {"language": "pl"},
        {"says_visits": "yes"},
        {"policy_version": "v2"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_a_yes_with_other_words_on_the_same_paper_is_refused_and_never_dropped(
    world: World, other: dict[str, str]
) -> None:
    await send(world, "consents", a_paper(world), go=True)
    reply = await send(world, "consents", a_paper(world, **other), go=True)
    assert problems(reply) == {2: {("", "paper_says_otherwise")}}
    assert len(await words(world)) == 1


@on_sqlite
async def test_the_same_line_stays_the_same_whatever_was_said_and_whoever_left_since(
    world: World,
) -> None:
    both = f"{world.family.mother} {world.family.father}"
    more = {"valid_until": "2027-07-31T23:59:00Z", "language": "pl", "says_visits": "yes"}
    paper = a_paper(world, present_adults=both, **more)
    assert outcomes(await send(world, "consents", paper, go=True)) == ["new"]
    assert (await words(world))[0]["language"] == "pl"
    await say(world)  # and names nobody but herself
    await _suspend(world, world.second)
    assert outcomes(await send(world, "consents", paper, go=True)) == ["same"]
    await say(world, ConsentKind.WITHDRAWN)
    assert outcomes(await send(world, "consents", paper, go=True)) == ["same"]


# --- who vouches for it ----------------------------------------------------------------------------


async def _suspend(world: World, staff_id: str) -> None:
    off = {"suspended": True, "reason": "a question"}
    assert (await lead(world).put(f"/v1/staff/{staff_id}/suspension", off)).status == 204


@on_sqlite
async def test_a_yes_is_vouched_for_by_nobody_who_is_suspended_or_had_left(world: World) -> None:
    no = a_paper(world, answer="refused", policy_version="", present_adults="")
    await _suspend(world, world.second)
    reply = await send(world, "consents", a_paper(world), go=True)
    assert problems(reply) == {2: {("checked_by", "suspended")}}
    assert outcomes(await send(world, "consents", no, go=True)) == ["new"]  # a no counts


@on_sqlite
async def test_who_left_before_a_paper_was_signed_took_none(world: World) -> None:
    colleague = {"staff_id": "S-1", "name": "Nell Hart", "account": "nell@tuition.example"}
    left = colleague | {"left_on": "2026-11-19"}
    assert outcomes(await send(world, "staff", left, go=True)) == ["new"]
    for signed_on, told in (
        ("2026-11-20", {2: {("taken_by", "had_left")}}),
        ("2026-11-19", {2: {("taken_by", "had_left")}}),
        ("2026-11-18", {}),
    ):
        paper = a_paper(world, taken_by="S-1", signed_on=signed_on)
        assert problems(await send(world, "consents", paper, go=True)) == told


# --- a team's paper --------------------------------------------------------------------------------


@pytest.mark.pitfall(6)
@on_sqlite
async def test_a_teams_paper_names_the_deputy_of_that_team_who_signed(world: World) -> None:
    team, dora, _, shift = await a_duty_team(world)
    paper = a_paper(world, giver_id=team, present_adults=shift)
    for signed_by in ({}, {"answered_by": shift}, {"answered_by": team}):
        reply = await send(world, "consents", paper | signed_by, go=True)
        assert problems(reply) == {2: {("answered_by", "not_a_deputy")}}
    for outcome in ("new", "same"):
        reply = await send(world, "consents", paper | {"answered_by": dora}, go=True)
        assert outcomes(reply) == [outcome]
    (word,) = await words(world)
    assert (word["giver_id"], word["answered_by"]) == (team, dora)
    await world.house.settle()
    assert world.house.letters("dora@home.example", "What we noted from your form")
    await check_everything(world.house)


@on_sqlite
async def test_a_paper_of_a_person_names_no_deputy(world: World) -> None:
    reply = await send(world, "consents", a_paper(world, answered_by=world.family.father), go=True)
    assert problems(reply) == {2: {("answered_by", "no_team")}}


# --- whether it says that second staff may visit ------------------------------------------------------


@on_sqlite
async def test_a_paper_counts_for_a_visited_session_only_if_it_says_visits(
    database_url: str, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path, migrated=True, organised=VISITED) as house:
        world = await a_world(house)
        for says_visits, stands in (("no", True), ("yes", False)):
            paper = a_paper(world, document=f"Folder {says_visits}", says_visits=says_visits)
            await house.advance(days=1)
            paper |= {"signed_on": house.clock.now().date().isoformat()}
            assert outcomes(await send(world, "consents", paper, go=True)) == ["new"]
            session_id = await book(world, cover_mode=CoverMode.VISITING)
            assert ("visits_not_agreed" in await blockers(world, session_id)) is stands
