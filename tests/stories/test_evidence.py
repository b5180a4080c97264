"""What was seen of staff is put on record, ends, and is taken back with effect at once (POL-13, 30)."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.people import Role, StaffId
from service.policy.session import SessionState
from service.store.staff import staff
from service.store.tables import EntryRow, table_of
from service.store.transactions import Reader
from tests.api.people import coordinator
from tests.invariants import check_everything
from tests.stories.lists import COLLEAGUE, outcomes, problems, send
from tests.stories.steps import (
    a_live_session,
    in_the_check_in_window,
    on_sqlite,
    reason_of,
    session_of,
)
from tests.world import World, a_clear_session


async def blockers(world: World, session_id: str) -> set[str]:
    reply = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    return {one["code"] for one in reply.body["blockers"]}


async def on_record(world: World, who: StaffId, kind: str) -> list[dict[str, Any]]:
    shown = await coordinator(world).get(f"/v1/staff/{who}")
    return [one for one in shown.body["evidence"] if one["kind"] == kind]


async def takes_back(world: World, who: StaffId, kind: str) -> None:
    """The coordinator finds that the first thing seen of this kind is not right."""
    (first, *_) = await on_record(world, who, kind)
    place = f"/v1/staff/{who}/evidence/{first['evidence_id']}/invalidation"
    reply = await coordinator(world).post(place, {"reason": "The paper was false."})
    assert reply.status == 204, reply.text


async def records(world: World, who: StaffId, **changes: Any) -> Any:
    """The coordinator has seen a check that lasts for a year."""
    today = world.house.clock.now().date()
    body = {
        "kind": "background_check",
        "seen_on": today.isoformat(),
        "trusted_until": (today + timedelta(days=365)).isoformat(),
        "scheme": "dbs_enhanced",
    } | changes
    return await coordinator(world).post(f"/v1/staff/{who}/evidence", body)


# --- taken back -------------------------------------------------------------------------------------


@pytest.mark.pitfall(27)
async def test_an_open_session_is_shut_at_the_commit_that_takes_a_check_back(world: World) -> None:
    session_id = await in_the_check_in_window(world)
    await takes_back(world, world.tutor, "background_check")
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert await blockers(world, session_id) == {"tutor_check_missing"}
    assert (await records(world, world.tutor)).status == 201
    assert await blockers(world, session_id) == set(), "what is right is recorded anew"
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.OPEN
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(27)
async def test_a_call_under_way_ends_when_second_staffs_training_was_never_right(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await takes_back(world, world.second, "training")
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == "second_staff_training_missing"
    await check_everything(world.house)


@on_sqlite
async def test_a_mistyped_end_is_put_right_by_a_new_record_and_taking_the_old_one_back(
    world: World,
) -> None:
    session_id = await a_clear_session(world)
    today = world.house.clock.now().date()
    right = (today - timedelta(days=1)).isoformat()
    seen = (today - timedelta(days=30)).isoformat()
    assert (await records(world, world.tutor, seen_on=seen, trusted_until=right)).status == 201
    assert await blockers(world, session_id) == set(), "the wrong one still holds"
    await takes_back(world, world.tutor, "background_check")
    assert await blockers(world, session_id) == {"tutor_check_missing"}
    await check_everything(world.house)


@on_sqlite
async def test_what_was_taken_back_stays_on_record_with_who_when_and_why(world: World) -> None:
    await takes_back(world, world.tutor, "training")
    await takes_back(world, world.tutor, "training")  # the first word stands
    (kept,) = await on_record(world, world.tutor, "training")
    assert kept["invalidated"] is True
    others = await on_record(world, world.tutor, "background_check")
    assert [one["invalidated"] for one in others] == [False]

    def entries(reader: Reader) -> list[Any]:
        table = table_of(EntryRow)
        query = table.select().where(table.c.kind == "staff.evidence_invalidated")
        return list(reader.conn.execute(query))

    (entry,) = await world.house.read(entries)
    assert entry.scope == world.tutor
    assert b"false" not in entry.leaf, "the reason is sealed"
    await check_everything(world.house)


@on_sqlite
async def test_only_what_is_on_this_persons_record_can_be_taken_back(world: World) -> None:
    (own,) = await on_record(world, world.tutor, "training")
    reason = {"reason": "mistyped"}
    for who, which in ((world.second, own["evidence_id"]), (world.tutor, "evidence_x")):
        reply = await coordinator(world).post(
            f"/v1/staff/{who}/evidence/{which}/invalidation", reason
        )
        assert reply.status == 404, reply.text
    place = f"/v1/staff/{world.tutor}/evidence/{own['evidence_id']}/invalidation"
    assert (await coordinator(world).post(place, {"reason": " "})).status == 422
    tutor = world.house.api(Role.TUTOR, subject=world.tutor)
    assert (await tutor.post(place, reason)).status == 403


@on_sqlite
async def test_a_list_never_brings_back_what_was_taken_back_and_none_is_written_with_it(
    world: World,
) -> None:
    assert outcomes(await send(world, "staff", COLLEAGUE, go=True)) == ["new"]
    listed = (await coordinator(world).get("/v1/staff")).body["items"]
    (nell,) = [one["staff_id"] for one in listed if one["external_id"] == "S-1"]
    await takes_back(world, nell, "background_check")
    again = await send(world, "staff", COLLEAGUE, go=True)
    assert problems(again) == {2: {("", "evidence_invalidated")}}
    written = await world.house.api(Role.ADMIN, subject=world.lead).get("/v1/exports/staff")
    (line,) = (one["cells"] for one in written.body["items"] if one["cells"]["staff_id"] == "S-1")
    assert (line["check_until"], line["training_until"]) == ("", "2027-08-31")
    by_hand = await records(
        world, nell, seen_on=COLLEAGUE["check_seen_on"], trusted_until=COLLEAGUE["check_until"]
    )
    assert by_hand.status == 201
    assert outcomes(await send(world, "staff", COLLEAGUE, go=True)) == ["same"]


# --- put on record ----------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(27)
async def test_nothing_is_put_on_record_that_has_no_end_or_too_late_a_one(world: World) -> None:
    today = world.house.clock.now().date()
    for kind, scheme, years in (("background_check", "pvg", 5), ("training", None, 3)):
        told = {"kind": kind, "scheme": scheme}
        endless = await records(world, world.tutor, **told, trusted_until=None)
        assert endless.fields == {"trusted_until": "missing"}
        last = today.replace(year=today.year + years)
        late = (last + timedelta(days=1)).isoformat()
        too_long = await records(world, world.tutor, **told, trusted_until=late)
        assert too_long.fields == {"trusted_until": "too_long"}
        assert f"{years} years" in too_long.text
        before = (today - timedelta(days=1)).isoformat()
        turned = await records(world, world.tutor, **told, trusted_until=before)
        assert turned.fields == {"trusted_until": "before_seen"}
        assert (
            await records(world, world.tutor, **told, trusted_until=last.isoformat())
        ).status == 201
    unnamed = await records(world, world.tutor, scheme=None)
    assert unnamed.fields == {"scheme": "missing"}


@on_sqlite
async def test_a_line_of_a_list_is_refused_by_the_same_rule_and_names_the_column(
    world: World,
) -> None:
    lines = [
        COLLEAGUE
        | {"staff_id": f"S-{number}", "account": f"n{number}@tuition.example", "phone": ""}
        for number in range(4)
    ]
    lines[0]["check_until"] = ""
    lines[1]["check_scheme"] = ""
    lines[2]["training_until"] = ""
    lines[3]["training_until"] = "2099-01-01"
    assert problems(await send(world, "staff", *lines, go=True)) == {
        2: {("check_until", "missing")},
        3: {("check_scheme", "missing")},
        4: {("training_until", "missing")},
        5: {("training_until", "too_long")},
    }


# --- leaving ----------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.pitfall(28, 30)
async def test_writing_an_entry_again_neither_brings_a_leaver_back_nor_drops_their_number(
    world: World,
) -> None:
    nora = {"external_id": "S-9", "name": "Nora", "account": "nora@tuition.example"}
    full = nora | {"left_on": "2026-12-31", "phone": "020 7946 0999"}
    made = (await coordinator(world).post("/v1/staff", full)).body["id"]
    place = f"/v1/staff/{made}"
    assert (await coordinator(world).post("/v1/staff", nora | {"name": "Nora Hill"})).status == 201
    line = {"staff_id": "S-9", "name": "Nora Hill", "account": "nora@tuition.example"}
    assert outcomes(await send(world, "staff", line, go=True)) == ["same"]
    seen = await coordinator(world).get(place)
    assert (seen.body["name"], seen.body["left_on"]) == ("Nora Hill", "2026-12-31")
    assert seen.body["phone"] == "020 7946 0999"
    later = await coordinator(world).post("/v1/staff", nora | {"left_on": "2027-01-31"})
    assert later.fields == {"left_on": "later_than_recorded"}
    body = {"name": "Nora Hill", "account": "nora@tuition.example", "phone": None}
    kept = await coordinator(world).put(place, body, headers={"If-Match": seen.etag})
    assert kept.status == 200, kept.text
    seen = await coordinator(world).get(place)
    assert (seen.body["phone"], seen.body["left_on"]) == (None, "2026-12-31")


@on_sqlite
@pytest.mark.pitfall(30)
async def test_a_last_day_is_taken_back_with_a_reason_and_never_by_oneself(world: World) -> None:
    session_id = await a_clear_session(world)
    record = await world.house.read(staff.staff_record, world.tutor)
    today = world.house.clock.now().date().isoformat()
    body = {
        "name": record.name.get_secret_value(),
        "account": record.account.get_secret_value(),
        "left_on": today,
    }
    place = f"/v1/staff/{world.tutor}"
    etag = (await coordinator(world).get(place)).etag
    assert (await coordinator(world).put(place, body, headers={"If-Match": etag})).status == 200
    assert await blockers(world, session_id) == {"tutor_left"}
    why = {"reason": "Stays for another term."}
    assert (await coordinator(world).post(f"{place}/return", {"reason": ""})).status == 422
    assert (await coordinator(world).post(f"{place}/return", why)).status == 204
    assert await blockers(world, session_id) == set()
    assert (await coordinator(world).post(f"{place}/return", why)).status == 204, (
        "nothing to take back"
    )
    assert (await coordinator(world).post("/v1/staff/staff_x/return", why)).status == 404
    own = f"/v1/staff/{world.coordinator}/return"
    assert (await coordinator(world).post(own, why)).status == 403
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(28)
async def test_nobody_comes_back_to_an_account_that_is_somebody_elses_by_now(world: World) -> None:
    gone = {"name": "Nell", "account": "nell@tuition.example", "left_on": "2026-11-01"}
    nell = (await coordinator(world).post("/v1/staff", gone)).body["id"]
    new = {"name": "Nelly", "account": "nell@tuition.example"}
    assert (await coordinator(world).post("/v1/staff", new)).status == 201
    reply = await coordinator(world).post(f"/v1/staff/{nell}/return", {"reason": "Back."})
    assert (reply.status, reply.code) == (409, "same_person")
