"""The inspector's door over HTTP: everything can be read, proved and taken away; reading is recorded."""

import base64
from datetime import timedelta
from io import BytesIO

import pytest

from service.audit.checkpoints import open_checkpoint
from service.audit.export_check import verify_export
from service.audit.notes import VerifierKey
from service.audit.proofs import InclusionProof
from service.audit.tree import verify_consistency
from service.policy.people import Role
from tests.api.people import inspector, recorded, stored
from tests.world import World, a_clear_session


async def test_entries_come_in_order_by_page_and_by_kind(world: World) -> None:
    api, ids, cursor = inspector(world), [], None
    while True:
        query = {"limit": "7", "kind": "staff.added"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/audit/entries", params=query)).body
        assert {one["kind"] for one in page["items"]} <= {"staff.added"}
        ids += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(ids) == 4
    assert ids == sorted(set(ids))
    assert (await api.get("/v1/audit/entries?kind=made.up")).fields == {"kind": "not_a_choice"}


@pytest.mark.pitfall(66)
async def test_every_reading_is_an_entry_of_its_own_and_comes_first(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.settle()
    api = inspector(world)
    for place in (
        f"/v1/audit/sessions/{session_id}",
        f"/v1/sessions/{session_id}/story",
        f"/v1/sessions/{session_id}",
        f"/v1/sessions/{session_id}/clearance",
        f"/v1/sessions/{session_id}/statements",
        "/v1/sessions",
        "/v1/alerts",
        "/v1/audit/entries",
        "/v1/audit/proofs/inclusion?entry_id=1",
    ):
        before, kept = len(await recorded(world.house)), await stored(world.house)
        assert (await api.get(place)).status == 200, place
        assert (await recorded(world.house))[before:] == ["record.read"], place
        assert await stored(world.house) == kept
    story = (await api.get(f"/v1/audit/sessions/{session_id}")).body["entries"]
    (booked,) = [one for one in story if one["kind"] == "session.booked"]
    assert booked["payload"] == {"purpose": "Fractions"}
    assert [one["kind"] for one in story].count("record.read") == 6
    assert (await api.get("/v1/audit/sessions/session_x")).status == 404


async def test_an_entry_is_proved_with_nothing_but_the_public_key(world: World) -> None:
    await world.house.settle()
    api = inspector(world)
    key = VerifierKey.from_text((await api.get("/v1/audit/key")).text.strip())
    found = (await api.get("/v1/audit/proofs/inclusion?entry_id=3")).body
    proof = InclusionProof.from_text(found["proof"])
    proof.verify(base64.b64decode(found["leaf"]), [key])
    assert (await api.get("/v1/audit/proofs/inclusion?entry_id=999999")).status == 404
    assert (await api.get("/v1/audit/proofs/inclusion")).fields == {"entry_id": "missing"}


async def test_the_log_is_shown_to_have_only_grown(world: World) -> None:
    api = world.house.api(Role.ADMIN, subject="monitor")
    assert (await api.get("/v1/audit/checkpoint")).status == 404
    await world.house.settle()
    key = VerifierKey.from_text((await api.get("/v1/audit/key")).text.strip())
    old = open_checkpoint((await api.get("/v1/audit/checkpoint")).text, [key])
    await a_clear_session(world)
    await world.house.settle()
    answer = await api.get("/v1/audit/checkpoint")
    assert answer.headers["Content-Type"].startswith("text/plain")
    new = open_checkpoint(answer.text, [key])
    assert new.size > old.size
    proof = (await api.get(f"/v1/audit/proofs/consistency?old={old.size}&new={new.size}")).body
    hashes = tuple(base64.b64decode(one) for one in proof["hashes"])
    verify_consistency(
        old_size=old.size, new_size=new.size, path=hashes, old_root=old.root, new_root=new.root
    )
    assert (await api.get(f"/v1/audit/proofs/consistency?old={new.size + 1}")).status == 404
    kinds = await recorded(world.house)
    await api.get("/v1/audit/checkpoint")
    assert await recorded(world.house) == kinds


async def test_the_export_is_a_stream_that_verifies_offline(world: World) -> None:
    await a_clear_session(world)
    await world.house.settle()
    bearer = world.house.running.tokens.mint("inspector_1", [Role.INSPECTOR], timedelta(hours=1))
    async with world.house.session.get(
        f"{world.house.base_url}/v1/audit/export", headers={"Authorization": f"Bearer {bearer}"}
    ) as answer:
        assert answer.content_type == "application/x-ndjson"
        assert "Content-Length" not in answer.headers
        taken = await answer.read()
    key = VerifierKey.from_text((await inspector(world).get("/v1/audit/key")).text.strip())
    report = verify_export(BytesIO(taken), key)
    assert report is not None
    assert taken.count(b"\n") == len(taken.splitlines())
