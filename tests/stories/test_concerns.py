"""Concerns: raised in one step, read by those alone who may, never changed, never lost (POL-40 to 44)."""

import asyncio
import json
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from service.policy.concern import About, ConcernKind, Severity
from service.policy.people import Role, SessionId
from service.store import concerns, record_holds, work
from service.store.transactions import Reader
from service.workflows import handling
from service.workflows.concerns import RaiseConcern, raise_concern
from service.workflows.merging import MergeChild, merge_child
from tests import invariants
from tests.api.people import inspector, lead, machine, second, tutor
from tests.harness import ORGANISATION, Api, Reply, running
from tests.stories.steps import a_live_session, on_sqlite
from tests.world import World, a_colleague, a_family, a_world, book, say

WORDS = "He told her to keep Thursday a secret."
LATER = "It happened a second time, after the lesson."
NIGHT = datetime(2026, 11, 28, 2, 10, tzinfo=UTC)
"""A Saturday, when everything else is closed."""

LEA_MANAGES = ORGANISATION.replace(
    "[hours]",
    'independent = "Chair of trustees, 020 7946 0009"\n'
    'management = ["lea@tuition.example", "lea.boss@tuition.example"]\n[hours]',
)


def other_lead(world: World) -> Api:
    return world.house.api(Role.DSL, subject=world.coordinator)


def chair(world: World) -> Api:
    return world.house.api(Role.INDEPENDENT, subject="chair")


async def raised(api: Api, **more: Any) -> dict[str, Any]:
    """Somebody raises a concern."""
    reply = await api.post("/v1/concerns", {"words": WORDS} | more)
    assert reply.status == 201, reply.text
    return dict(reply.body)


async def numbers(api: Api) -> list[str]:
    """The numbers of the concerns that somebody may handle."""
    return [one["number"] for one in (await api.get("/v1/concerns")).body["items"]]


async def alerted(api: Api) -> list[str]:
    """The open alerts that somebody sees."""
    return [one["code"] for one in (await api.get("/v1/alerts")).body["items"]]


async def step(api: Api, concern: dict[str, Any], what: str, **body: Any) -> Reply:
    """One step on a concern."""
    return await api.post(f"/v1/concerns/{concern['concern_id']}/{what}", body or None)


# --- one concern's life -------------------------------------------------------------------------------


@pytest.mark.pitfall(69)
async def test_a_concern_is_raised_read_decided_and_closed_by_named_people(world: World) -> None:
    session_id = await book(world)
    mine = await raised(tutor(world), kind="disclosure", severity="danger", session_id=session_id)
    assert (mine["number"], mine["status"], mine["with_whom"]) == ("1", "raised", "leads")
    assert await alerted(lead(world)) == ["concern_of_danger"]

    assert (await tutor(world).get(f"/v1/concerns/{mine['concern_id']}")).status == 403
    both = [step(who, mine, "acknowledge") for who in (lead(world), other_lead(world))]
    replies = await asyncio.gather(*both)
    assert [reply.body["status"] for reply in replies] == ["acknowledged"] * 2
    assert (await step(lead(world), mine, "take-on")).body["handler"] == world.lead
    assert await alerted(lead(world)) == []
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["words"], read["reporter_id"]) == (WORDS, world.tutor)
    assert [one["kind"] for one in read["steps"]] == ["acknowledged", "taken_on"]

    assert (await step(lead(world), mine, "decisions", words="Children's services told.")).ok
    closed = await step(lead(world), mine, "close", outcome="referred", words="They took it on.")
    assert (closed.body["closed_by"], closed.body["outcome"]) == (world.lead, "referred")
    (seen,) = (await tutor(world).get("/v1/concerns/raised")).body["items"]
    assert seen["status"] == "closed"
    assert "words" not in seen and "handler" not in seen
    await invariants.check_everything(world.house)


@on_sqlite
async def test_words_are_only_ever_added_and_open_a_closed_concern_again(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "close", outcome="no_action", words="A misunderstanding.")
    added = await step(tutor(world), mine, "addenda", words=LATER)
    assert added.status == 201
    assert await alerted(lead(world)) == ["concern_added_to"]
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["words"], read["status"]) == (WORDS, "raised")
    assert [one["words"] for one in read["steps"]] == ["A misunderstanding.", LATER]
    assert (await step(second(world), mine, "addenda", words="x")).status == 404, "not theirs"
    assert (await step(lead(world), mine, "acknowledge")).ok
    assert await alerted(lead(world)) == []
    await invariants.check_everything(world.house)


@on_sqlite
async def test_words_added_to_an_open_concern_are_seen_by_whoever_has_it(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "take-on")
    await step(tutor(world), mine, "addenda", words=LATER)
    assert await alerted(lead(world)) == ["concern_added_to"]
    assert (await step(lead(world), mine, "acknowledge")).body["status"] == "in_hand"
    assert await alerted(lead(world)) == []
    await step(lead(world), mine, "acknowledge")
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    kinds = [one["kind"] for one in read["steps"]]
    assert kinds == ["taken_on", "added_to", "acknowledged"]


@on_sqlite
async def test_no_open_concern_drops_off_the_page_behind_closed_ones(world: World) -> None:
    found = [await raised(tutor(world)) for _ in range(3)]
    for one in found[1:]:
        await step(lead(world), one, "close", outcome="no_action", words="A misunderstanding.")
    by = world.actor(world.lead, Role.DSL)
    shown = await world.house.read(handling.at_hand, by, 1)
    assert [one.label for one in shown] == ["1", "3"]
    await step(tutor(world), found[1], "addenda", words=LATER)
    shown = await world.house.read(handling.at_hand, by, 1)
    assert [one.label for one in shown] == ["1", "2", "3"]


@on_sqlite
async def test_a_closed_concern_takes_no_step_but_words(world: World) -> None:
    mine = await raised(tutor(world))
    await step(lead(world), mine, "close", outcome="advice_given", words="Told how to note it.")
    for what in ("acknowledge", "take-on", "pass-on"):
        assert (await step(lead(world), mine, what)).code == "closed"
    unknown = world.house.api(Role.DSL, subject="staff_unknown")
    other = await raised(tutor(world))
    assert (await step(unknown, other, "acknowledge")).code == "not_allowed"


# --- the running number ---------------------------------------------------------------------------------


async def test_numbers_have_no_gap_however_many_come_at_once(world: World) -> None:
    def one(place: int) -> Any:
        about = ["lead"] if place % 3 == 0 else ["child"]
        wrong = {"session_id": "session_nothing"} if place % 5 == 0 else {}
        body = {"words": f"{WORDS} {place}", "about": about} | wrong
        return tutor(world).post("/v1/concerns", body)

    replies = await asyncio.gather(*(one(place) for place in range(1, 25)))
    given = sorted(reply.body["number"] for reply in replies if reply.status == 201)
    assert sorted(reply.status for reply in replies) == [201] * 20 + [422] * 4
    past_the_leads = [number for number in given if number.startswith("U")]
    assert past_the_leads == sorted(f"U{place}" for place in range(1, 8))
    assert sorted(int(number) for number in set(given) - set(past_the_leads)) == list(range(1, 14))
    await invariants.check_everything(world.house)


@on_sqlite
async def test_the_same_request_twice_is_one_concern(world: World) -> None:
    key = {"headers": {"Idempotency-Key": "a-tap-and-another"}}
    first = await tutor(world).post("/v1/concerns", {"words": WORDS}, **key)
    again = await tutor(world).post("/v1/concerns", {"words": WORDS}, **key)
    assert first.body == again.body
    assert await numbers(lead(world)) == ["1"]


# --- round the person it is about -----------------------------------------------------------------------


async def then_knows_nothing_of_it(world: World, who: Api, concern: dict[str, Any]) -> None:
    """Nothing that this person can ask for shows that there is a concern."""
    one = f"/v1/concerns/{concern['concern_id']}"
    assert (await who.get(one)).status == 404
    for what in ("acknowledge", "take-on", "pass-on"):
        assert (await step(who, concern, what)).status == 404
    assert await numbers(who) == []
    assert await alerted(who) == []
    every = await who.get("/v1/alerts", params={"open_only": "false"})
    assert every.body["items"] == []
    entries = (await who.get("/v1/audit/entries", params={"limit": "200"})).text
    for telling in (concern["concern_id"], "concern", WORDS):
        assert telling not in entries


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


# --- the clock --------------------------------------------------------------------------------------------


async def test_at_night_a_severe_concern_that_nobody_takes_up_grows_louder(world: World) -> None:
    await world.house.until(NIGHT)
    mine = await raised(tutor(world), severity="danger", kind="disclosure")
    await world.house.advance(minutes=14)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_of_danger"]
    assert await numbers(chair(world)) == []

    await world.house.advance(minutes=1)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_of_danger", "concern_unacknowledged"]
    assert await numbers(chair(world)) == ["1"], "it is open to the independent contact too"
    assert await alerted(world.house.api(Role.COORDINATOR, subject=world.coordinator)) == []

    assert (await step(chair(world), mine, "acknowledge")).ok
    assert await alerted(lead(world)) == []
    await world.house.advance(minutes=45)
    await world.house.settle()
    assert await alerted(lead(world)) == ["concern_undecided"]
    assert (await step(lead(world), mine, "decisions", words="Police called at 3.")).ok
    assert await alerted(lead(world)) == []
    await invariants.check_everything(world.house)
    assert not await world.house.read(work.is_there, mine["concern_id"])


async def test_at_night_leads_are_written_to_at_once_and_the_contact_of_what_they_let_lie(
    sqlite_url: str, tmp_path: Any
) -> None:
    mailed = ORGANISATION.replace("[hours]", 'independent_mail = "chair@trust.example"\n[hours]')
    async with running(sqlite_url, tmp_path, migrated=True, organised=mailed) as house:
        world = await a_world(house)
        await house.until(NIGHT)
        mine = await raised(tutor(world), severity="serious")
        await house.settle()
        (letter,) = house.letters("lea@tuition.example", "Somebody has raised a concern.")
        assert f"/staff/concerns/{mine['concern_id']}" in letter.text
        assert WORDS not in letter.text
        assert house.letters("cora@tuition.example", "concern") == []
        assert house.letters("copies@tuition.example", "concern") == []
        assert house.letters("chair@trust.example") == []
        await house.advance(minutes=120)
        await house.settle()
        (late,) = house.letters("chair@trust.example")
        assert "Nobody has taken up a concern in time." in late.subject
        await raised(tutor(world), about=["lead"])
        await house.settle()
        assert len(house.letters("chair@trust.example")) == 2
        assert len(house.letters("lea@tuition.example", "concern")) == 2, (
            "hers, and that it is late"
        )
        await invariants.check_everything(house)


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


# --- whose concern it is ------------------------------------------------------------------------------------


def a_parents(world: World, session_id: SessionId, **more: Any) -> RaiseConcern:
    """What the mother's page sends."""
    values: dict[str, Any] = {
        "kind": ConcernKind.BULLYING,
        "severity": Severity.SERIOUS,
        "words": SecretStr(WORDS),
        "session_id": session_id,
        "child_id": world.family.child,
    }
    return RaiseConcern(**values | more)


@on_sqlite
async def test_a_parent_is_told_once_somebody_has_it_and_never_what_it_was(world: World) -> None:
    await say(world)
    session_id = await book(world)
    mother = world.as_parent(world.family.mother)
    concern_id = await world.house.do(raise_concern, a_parents(world, session_id), mother)
    quiet = a_parents(world, session_id, about=frozenset({About.TUTOR}))
    about_staff = await world.house.do(raise_concern, quiet, mother)
    for one in (concern_id, about_staff):
        assert (await step(lead(world), {"concern_id": one}, "acknowledge")).ok
    await world.house.settle()
    letters = world.house.letters(world.family.mother_mail, "We received what you told us")
    assert len(letters) == 1, "nothing is written where the copy might reach whom it is about"
    assert WORDS not in letters[0].text
    await invariants.check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(65)
async def test_without_a_session_whoever_lately_taught_the_child_may_be_meant(world: World) -> None:
    await say(world)
    session_id = await book(world)
    mother = world.as_parent(world.family.mother)
    about = frozenset({About.TUTOR, About.SECOND_STAFF})
    command = replace(a_parents(world, session_id, about=about), session_id=None)
    concern_id = await world.house.do(raise_concern, command, mother)
    concern = await world.house.read(concerns.get, concern_id)
    assert concern.subjects == {world.tutor}
    as_lead_too = world.house.api(Role.DSL, subject=world.tutor)
    assert await numbers(as_lead_too) == []


@on_sqlite
async def test_a_program_passes_one_on_with_whose_it_is(world: World) -> None:
    refused = await machine(world).post("/v1/concerns", {"words": WORDS})
    assert refused.fields == {"told_by": "missing"}
    told = {"reporter_as": "parent", "reporter_id": world.family.mother}
    mine = await raised(machine(world), told_by=told)
    stranger = {"reporter_as": "other", "words": "A neighbour, 020 7946 0099"}
    await raised(machine(world), told_by=stranger)
    child = await machine(world).post(
        "/v1/concerns", {"words": WORDS, "told_by": told, "child_id": "c"}
    )
    assert child.fields == {"child_id": "unknown"}
    nobody = {"reporter_as": "parent", "reporter_id": "parent_nobody"}
    reply = await machine(world).post("/v1/concerns", {"words": WORDS, "told_by": nobody})
    assert reply.fields == {"told_by": "unknown"}
    read = (await lead(world).get(f"/v1/concerns/{mine['concern_id']}")).body
    assert (read["reporter_id"], read["raised_by"]) == (world.family.mother, "booking-platform")
    assert len((await machine(world).get("/v1/concerns/raised")).body["items"]) == 2
    await invariants.check_everything(world.house)


# --- records that stay -------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(67)
async def test_an_open_concern_keeps_the_session_and_everybody_in_it(world: World) -> None:
    session_id = await a_live_session(world)
    other = await book(world, starts_at=world.house.clock.now() + timedelta(days=1))
    held = (session_id, world.family.child, world.tutor, world.second, world.family.father)
    assert not await _any_held(world, *held)
    mine = await raised(second(world), session_id=session_id, about=["adult_at_home"])
    twin = (await a_family(world.house, "rivers", world.coordinator)).child
    merge = MergeChild(world.family.child, twin, "one child entered twice")
    await world.house.do(merge_child, merge, world.actor(world.lead, Role.DSL))
    held = (*held, twin)
    assert await _all_held(world, *held), "whoever answers for a merged record as well"
    assert not await _any_held(world, other)
    await step(lead(world), mine, "close", outcome="no_action", words="A cousin on a visit.")
    assert await _all_held(world, *held)
    await world.house.advance(days=365 * 15)
    assert await _all_held(world, *held), "the child would be 24"
    await world.house.advance(days=365)
    assert not await _any_held(world, *held)
    assert await world.house.read(concerns.get, mine["concern_id"]), "the concern itself stays"


async def _held(world: World, *subjects: str) -> list[bool]:
    def asked(reader: Reader) -> list[bool]:
        return [record_holds.is_held(reader, one) for one in subjects]

    found: list[bool] = await world.house.read(asked)
    return found


async def _all_held(world: World, *subjects: str) -> bool:
    return all(await _held(world, *subjects))


async def _any_held(world: World, *subjects: str) -> bool:
    return any(await _held(world, *subjects))
