"""The child's own part: what it agreed to, and what it wants."""

import pytest

from service.policy.consent import Purpose
from service.policy.consent_wording import CHILD_WORDING, WORDING
from service.policy.people import ChildId, Role
from service.store.consents.consent import CONSENTS
from service.store.transactions import Reader
from tests.api.people import a_word, coordinator, inspector, lead, machine, second, tutor
from tests.invariants import check_everything
from tests.stories.steps import alerts_now, on_sqlite
from tests.world import World, a_clear_session, a_colleague

pytestmark = on_sqlite


async def test_what_the_child_agreed_to_is_kept_word_for_word_with_the_parents_yes(
    world: World,
) -> None:
    words = [a_word(world, child_agrees=False), a_word(world)]
    for word in words:
        assert (await coordinator(world).post("/v1/consents", word)).status == 201
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body["words"]
    assert [one["child_agreed"] for one in told] == [False, True]
    assert [one["policy_version"] for one in told] == ["v3", "v3"]
    kept = await world.house.read(_wordings, world.family.child)
    assert kept == [(WORDING[Purpose.TAKE_PART], None), (WORDING[Purpose.TAKE_PART], CHILD_WORDING)]
    no = a_word(world, kind="withdrawn", child_agrees=True, present_adults=[])
    assert (await coordinator(world).post("/v1/consents", no)).status == 201
    assert (await world.house.read(_wordings, world.family.child))[-1][1] is None


def _wordings(reader: Reader, child_id: ChildId) -> list[tuple[str, str | None]]:
    rows = reader.conn.execute(
        CONSENTS.select().where(CONSENTS.c.child_id == child_id).order_by(CONSENTS.c.position)
    )
    return [(row.wording, row.child_wording) for row in rows]


@pytest.mark.pitfall(8)
async def test_what_a_child_wants_is_seen_by_staff_of_the_session_and_stops_nothing(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    place = f"/v1/children/{world.family.child}/wishes"
    assert (await tutor(world).post(place, {"wish": "camera_off"})).status == 201
    for api in (tutor(world), second(world), coordinator(world)):
        shown = (await api.get(f"/v1/sessions/{session_id}")).body
        assert shown["wishes"] == {world.family.child: "camera_off"}
    assert "child_does_not_want" not in await alerts_now(world)
    assert (await second(world).post(place, {"wish": "does_not_want"})).status == 201
    assert "child_does_not_want" in await alerts_now(world)
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    assert reply.body["is_clear"] is True
    await check_everything(world.house)


@pytest.mark.pitfall(8)
async def test_only_staff_who_know_the_child_note_what_it_wants(world: World) -> None:
    await a_clear_session(world)
    place = f"/v1/children/{world.family.child}/wishes"
    other = await a_colleague(world.house, "Tess", "tess")
    stranger = world.house.api(Role.TUTOR, subject=other)
    assert (await stranger.post(place, {"wish": "glad"})).status == 404
    for api in (machine(world), inspector(world)):
        assert (await api.post(place, {"wish": "glad"})).status == 403
    assert (await lead(world).post("/v1/children/child_x/wishes", {"wish": "glad"})).status == 404
