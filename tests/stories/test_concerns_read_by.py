"""Concerns are read by those alone who may: whom they are about learns nothing, and others no word."""

import json
from base64 import b64decode
from typing import Any

import pytest

from service.policy.people import Role
from tests import invariants
from tests.api.people import inspector, lead, second, tutor
from tests.deployment import ORGANISATION
from tests.harness import running
from tests.stories.concerns import (
    LATER,
    WORDS,
    alerted,
    chair,
    numbers,
    other_lead,
    raised,
    step,
    then_knows_nothing_of_it,
)
from tests.stories.steps import on_sqlite
from tests.world import World, a_colleague, a_world, book

LEA_MANAGES = ORGANISATION.replace(
    "[hours]",
    'independent = "Chair of trustees, 020 7946 0009"\n'
    'management = ["lea@tuition.example", "lea.boss@tuition.example"]\n[hours]',
)


# --- round the person it is about -----------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(65)
async def test_the_lead_it_is_about_learns_nothing_and_another_handles_it(world: World) -> None:
    session_id = await book(world)
    lou = await a_colleague(world.house, "Lou", "lou")  # has the role, and is not designated
    their = world.house.api(Role.DSL, subject=lou)
    about = {"about": ["colleague"], "people": [lou], "session_id": session_id}
    mine = await raised(tutor(world), **about)
    await then_knows_nothing_of_it(world, their, mine)
    story = (await their.get(f"/v1/sessions/{session_id}/story")).text
    assert "concern" not in story
    assert await numbers(other_lead(world)) == ["1"]
    assert await alerted(other_lead(world)) == ["concern_raised"]
    (alert,) = (await other_lead(world).get("/v1/alerts")).body["items"]
    assert alert["session_id"] is None, "the session's own story does not lead to it"
    for what, body in (("close", {"outcome": "seen"}), ("acknowledge", None)):
        url = f"/v1/alerts/{alert['alert_id']}/{what}"
        assert (await their.post(url, body)).status == 404
        assert (await other_lead(world).post(url, body)).code == "about_a_concern"
    await invariants.check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(65)
async def test_about_the_leads_or_the_management_only_the_independent_contact_knows(
    world: World,
) -> None:
    mine = await raised(tutor(world), about=["management"])
    assert (mine["number"], mine["with_whom"]) == ("U1", "independent")
    for who in (lead(world), other_lead(world)):
        await then_knows_nothing_of_it(world, who, mine)
    assert await numbers(chair(world)) == ["U1"]
    admin = world.house.api(Role.ADMIN, subject="staff_admin")
    for path in ("/v1/concerns", f"/v1/concerns/{mine['concern_id']}", "/v1/audit/export"):
        assert (await admin.get(path)).status == 403
    assert (await step(chair(world), mine, "take-on")).body["handler"] == "chair"
    await invariants.check_everything(world.house)


@pytest.mark.pitfall(65)
async def test_a_lead_who_turns_out_to_be_meant_loses_it_to_the_independent_contact(
    sqlite_url: str, tmp_path: Any
) -> None:
    async with running(sqlite_url, tmp_path, migrated=True, organised=LEA_MANAGES) as house:
        world = await a_world(house)
        session_id = await book(world)
        mine = await raised(tutor(world), about=["somebody_else"], session_id=session_id)
        assert (await step(lead(world), mine, "take-on")).ok
        named = await step(other_lead(world), mine, "subjects", subject_id=world.lead)
        assert named.status == 204
        for who in (lead(world), other_lead(world)):
            await then_knows_nothing_of_it(world, who, mine)
        (seen,) = (await chair(world).get("/v1/concerns")).body["items"]
        assert (seen["number"], seen["status"], seen["handler"]) == ("1", "raised", None)
        boss = await a_colleague(house, "Lea", "lea.boss", phone="07700 900123")
        twice = await a_colleague(house, "Lea", "l.e.a", phone="07700 900123")
        for one in (world.lead, boss, twice):
            straight = await raised(tutor(world), people=[one])
            assert straight["with_whom"] == "independent", "under another record as well"
        await invariants.check_everything(house)


@on_sqlite
async def test_a_lead_who_is_family_of_whom_it_is_about_does_not_read_it(world: World) -> None:
    declared = {"related_id": world.tutor, "kind": "family"}
    admin = world.house.api(Role.ADMIN, Role.COORDINATOR, subject="staff_admin")
    assert (await admin.post(f"/v1/staff/{world.lead}/relations", declared)).ok
    session_id = await book(world)
    mine = await raised(second(world), about=["tutor"], session_id=session_id)
    await then_knows_nothing_of_it(world, lead(world), mine)
    assert await numbers(other_lead(world)) == ["1"]
    as_lead_too = world.house.api(Role.DSL, Role.TUTOR, subject=world.tutor)
    await then_knows_nothing_of_it(world, as_lead_too, mine)


# --- what others see of it --------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(66)
async def test_an_inspector_counts_and_times_and_reads_no_word(world: World) -> None:
    session_id = await book(world)
    mine = await raised(tutor(world), kind="bullying", session_id=session_id)
    await step(lead(world), mine, "acknowledge")
    assert (await inspector(world).get(f"/v1/concerns/{mine['concern_id']}")).status == 403
    reply = await inspector(world).get("/v1/concerns/counts")
    (counted,) = reply.body["items"]
    assert (counted["number"], counted["status"]) == ("1", "acknowledged")
    for told in (WORDS, session_id, world.tutor, world.lead, mine["concern_id"]):
        assert told not in reply.text
    entries = (await inspector(world).get("/v1/audit/entries", params={"limit": "200"})).body[
        "items"
    ]
    about = [one for one in entries if one["kind"].startswith("concern.")]
    assert [one["kind"] for one in about] == ["concern.raised", "concern.acknowledged"]
    assert all(one["session_id"] is None and one["facts"] == {} for one in about)
    assert await alerted(inspector(world)) == []
    await world.house.settle()
    export = opened((await inspector(world).get("/v1/audit/export")).text)
    assert "concern.raised" in export, "that there is one can be checked by anybody"
    for told in (WORDS, mine["concern_id"], world.tutor, "bullying", "leads"):
        assert told not in export
    part = [one["facts"].get("part") for one in entries if one["kind"] == "record.read"]
    assert "concern_counts" in part, "the inspector's own reading is on record"


def opened(export: str) -> str:
    """An export with its leaves as anybody can read them."""
    lines = [json.loads(line) for line in export.splitlines()]
    leaves = [b64decode(line["leaf"]).decode() for line in lines if "leaf" in line]
    return "\n".join([export, *leaves])


@on_sqlite
async def test_reading_the_words_is_on_record_and_no_log_line_holds_one(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    mine = await raised(tutor(world), about_words="The man in the room")
    await lead(world).get(f"/v1/concerns/{mine['concern_id']}")
    await step(lead(world), mine, "decisions", words=LATER)
    entries = (await inspector(world).get("/v1/audit/entries", params={"limit": "200"})).body[
        "items"
    ]
    assert [one for one in entries if one["facts"].get("part") == "concern"]
    told = caplog.text + str(entries)
    for words in (WORDS, LATER, "The man in the room"):
        assert words not in told
    await invariants.check_everything(world.house)
