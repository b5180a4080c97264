"""A request that comes twice, late or out of turn: done once, or refused without a trace."""

import asyncio
from pathlib import Path

from service.policy.people import Role
from tests.api.people import a_booking, coordinator, lead, machine, stored
from tests.api.replies import refused
from tests.harness import running
from tests.world import World, book


async def test_an_external_id_books_once_and_other_content_under_it_is_refused(
    world: World,
) -> None:
    api, body = machine(world), a_booking(world, external_id="b-1")
    first, again = await api.post("/v1/sessions", body), await api.post("/v1/sessions", body)
    assert first.body["session_id"] == again.body["session_id"]
    before = await stored(world.house)
    reply = await api.post("/v1/sessions", body | {"purpose": "Decimals"})
    refused(reply, 409, "external_id_taken")
    assert await stored(world.house) == before


async def test_a_repeat_under_one_key_books_once_and_another_body_is_refused(world: World) -> None:
    api, body = coordinator(world), a_booking(world)
    key = {"Idempotency-Key": "k-1"}
    first = await api.post("/v1/sessions", body, headers=key)
    again = await api.post("/v1/sessions", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body["session_id"] == again.body["session_id"]
    before = await stored(world.house)
    reply = await api.post("/v1/sessions", body | {"purpose": "Decimals"}, headers=key)
    refused(reply, 409, "idempotency_key_reused")
    assert await stored(world.house) == before
    # Somebody else's key of the same name is another key.
    other = await lead(world).post("/v1/sessions", body, headers=key)
    refused(other, 409, "taken")


async def test_eight_repeats_at_once_make_one_child(database_url: str, tmp_path: Path) -> None:
    async with running(database_url, tmp_path) as house:
        api = house.api(Role.COORDINATOR, subject="staff_1")
        body = {"name": "River", "born_on": "2017-05-05"}
        replies = await asyncio.gather(
            *(api.post("/v1/children", body, headers={"Idempotency-Key": "k"}) for _ in range(8))
        )
        assert {reply.status for reply in replies} == {201}
        assert len({reply.body["id"] for reply in replies}) == 1
        assert len((await stored(house))["children"]) == 1


async def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    key = {"Idempotency-Key": "k-2"}
    api = coordinator(world)
    body = a_booking(world, tutor_id="staff_nobody")
    assert (await api.post("/v1/sessions", body, headers=key)).status == 422
    assert (await api.post("/v1/sessions", a_booking(world), headers=key)).status == 201


async def test_a_change_by_somebody_who_saw_an_older_version_is_refused(world: World) -> None:
    api = coordinator(world)
    session_id = await book(world)
    place = f"/v1/sessions/{session_id}"
    terms = a_booking(world)
    del terms["tutor_id"], terms["children"]
    moved = await api.post(f"{place}/reschedule", terms, headers={"If-Match": '"1"'})
    assert (moved.status, moved.etag, moved.body["terms"]) == (200, '"2"', 2)
    before = await stored(world.house)
    reply = await api.post(f"{place}/reschedule", terms, headers={"If-Match": '"1"'})
    refused(reply, 412, "stale_version")
    reply = await api.post(f"{place}/reschedule", terms)
    refused(reply, 428, "if_match_missing")
    reply = await api.post(f"{place}/reschedule", terms, headers={"If-Match": "*"})
    refused(reply, 400, "malformed_header")
    assert await stored(world.house) == before


async def test_moves_that_are_not_in_the_table_are_refused(world: World) -> None:
    api = coordinator(world)
    place = f"/v1/sessions/{await book(world)}"
    cancelled = await api.post(f"{place}/cancel", {"reason": "ill"})
    assert (cancelled.status, cancelled.body["state"]) == (200, "cancelled")
    assert cancelled.body["blockers"] == {}
    before = await stored(world.house)
    version = {"If-Match": cancelled.etag}
    terms = a_booking(world)
    del terms["tutor_id"], terms["children"]
    refused(await api.post(f"{place}/cancel", {"reason": "x"}), 409, "illegal_move")
    refused(await api.post(f"{place}/reschedule", terms, headers=version), 409, "illegal_move")
    reply = await lead(world).post(f"{place}/end", {"reason": "x"})
    refused(reply, 404, "not_found")
    reply = await api.put(f"{place}/second-staff", {"staff_id": world.second})
    refused(reply, 409, "illegal_move")
    assert await stored(world.house) == before
