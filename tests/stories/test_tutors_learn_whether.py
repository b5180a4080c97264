"""What tutor and second staff read of a session that is not clear: whether, and never why (pitfall 69)."""

from pathlib import Path

import pytest

from service.policy.clearance import Blocker, outstanding
from service.policy.people import Actor, Role, SessionId
from service.policy.rules import RULES, Stage
from service.policy.session import CoverMode
from service.workflows.families import onboarding
from service.workflows.inspection.showing import IN_PLAIN_WORDS, shown_to
from tests.api.people import coordinator, second, tutor
from tests.builders import NOW, TUTOR
from tests.deployment import VISITED
from tests.harness import running
from tests.invariants import check_everything
from tests.pages.test_staff_pages import door_of, signed_in
from tests.policy.broken import BROKEN, Broken
from tests.world import ADMIN, World, a_world, book, cover, pledge, say

pytestmark = pytest.mark.pitfall(69)

TOLD_IN_FULL = {"R-11", "R-12", "R-13"}
"""Rules that say nothing of a child, a family or a colleague."""


def told(one: Broken, role: Role) -> tuple[Blocker, ...]:
    found = outstanding(one.case, Stage.OPEN, NOW).everything
    return shown_to(Actor(TUTOR, frozenset({role})), found)


def test_each_rule_has_plain_words_or_says_nothing_of_anybody() -> None:
    plain = [number for each in IN_PLAIN_WORDS for number in each.rules]
    assert sorted([*plain, *TOLD_IN_FULL]) == sorted(rule.number for rule in RULES)


@pytest.mark.parametrize("one", BROKEN, ids=[one.code for one in BROKEN])
def test_rules_that_share_their_words_cannot_be_told_apart(one: Broken) -> None:
    shared = [each for each in IN_PLAIN_WORDS if one.rule in each.rules]
    for each in shared:
        for role in (Role.TUTOR, Role.SECOND_STAFF):
            (blocker,) = {found for found in told(one, role) if found.code == each.code}
            assert one.code not in {found.code for found in told(one, role)}
            assert (blocker.rule, blocker.sentence) == (each.rule, each.sentence)
            assert (blocker.lifted_by, blocker.overridable) == (each.lifted_by, False)
        assert one.code in {found.code for found in told(one, Role.COORDINATOR)}
    assert shared or one.rule in TOLD_IN_FULL


async def what_staff_read(world: World, session_id: SessionId) -> tuple[str, str]:
    """A session's blockers and the tutor's page, without what differs between any two sessions."""
    blockers = (await tutor(world).get(f"/v1/sessions/{session_id}")).body["blockers"]
    browser = await signed_in(world, world.tutor, Role.TUTOR)
    page = (await browser.open(door_of(world.house, session_id))).text
    return str(blockers), page


async def test_a_flagged_child_in_a_visited_session_reads_as_second_staff_not_in_place(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path, migrated=True, organised=VISITED) as house:
        world = await a_world(house)
        await say(world)
        session_id = await book(world, cover_mode=CoverMode.VISITING)
        await pledge(world, session_id)
        before = await what_staff_read(world, session_id)
        flag = onboarding.FlagChild(world.family.child, looked_after=False, visiting_never=True)
        await house.do(onboarding.flag_child, flag, ADMIN)
        assert await what_staff_read(world, session_id) == before
        place = f"/v1/sessions/{session_id}/clearance"
        full = (await coordinator(world).get(place)).body["blockers"]
        assert "visiting_not_allowed" in {one["code"] for one in full}
        await cover(world, session_id)
        for reader in (tutor(world), second(world)):
            read = (await reader.get(place)).body["blockers"]
            assert [one["code"] for one in read] == ["second_staff_not_in_place"]
        await check_everything(house)
