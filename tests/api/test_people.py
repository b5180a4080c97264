"""People over HTTP: brought, changed and read by whoever may; staff never vouch for themselves."""

from typing import Any

import pytest

from service.policy.people import Role
from tests.api.people import a_word, coordinator, lead, machine, recorded, second, stored, tutor
from tests.harness import Api
from tests.world import World, a_colleague, book

# --- staff -------------------------------------------------------------------------------------------


@pytest.mark.pitfall(28)
async def test_the_tutor_is_never_their_own_second_staff_under_any_entry(world: World) -> None:
    house = world.house
    session_id = await book(world)
    same_phone = await a_colleague(house, "Theo", "theo.b", phone="+44 20 7946 0999")
    body = {"name": "Theo", "account": "theo@tuition.example", "phone": "020 7946 0999"}
    registered = await coordinator(world).get(f"/v1/staff/{world.tutor}")
    changed = await coordinator(world).put(
        f"/v1/staff/{world.tutor}", body, headers={"If-Match": registered.etag}
    )
    assert changed.status == 200
    same_mail = await house.api(Role.ADMIN).post(
        "/v1/staff", {"name": "T. Second", "account": "THEO@tuition.example"}
    )
    assert (same_mail.status, same_mail.code) == (409, "same_person")
    before = await stored(house)
    for staff_id in (world.tutor, same_phone):
        reply = await coordinator(world).put(
            f"/v1/sessions/{session_id}/second-staff", {"staff_id": staff_id}
        )
        assert (reply.status, reply.fields) == (422, {"staff_id": "is_the_tutor"}), reply.text
    assert await stored(house) == before


async def test_second_staff_are_assigned_accept_and_are_released(world: World) -> None:
    session_id = await book(world)
    place, api = f"/v1/sessions/{session_id}/second-staff", coordinator(world)
    assigned = await api.put(place, {"staff_id": world.second})
    assert assigned.body["second_staff"]["staff_id"] == world.second
    assert assigned.body["second_staff"]["accepted_at"] is None
    assert (await api.put(place, {"staff_id": world.lead})).code == "assigned"
    assert (await tutor(world).post(f"{place}/acceptance")).status == 403
    accepted = await second(world).post(f"{place}/acceptance")
    assert accepted.body["second_staff"]["accepted_at"] is not None
    assert (await api.delete(place)).fields == {"reason": "missing"}
    assert (await api.delete(f"{place}?reason=Sam+is+unwell")).fields == {"reason": "not_a_choice"}
    assert (await tutor(world).delete(f"{place}?reason=ill")).status == 403
    assert (await second(world).delete(f"{place}?reason=ill")).status == 204
    assert (await api.delete(f"{place}?reason=ill")).status == 404


async def test_nobody_vouches_for_or_reinstates_themselves(world: World) -> None:
    api = coordinator(world)
    place = f"/v1/staff/{world.coordinator}"
    check = {"kind": "background_check", "seen_on": "2026-01-01"}
    assert (await api.post(f"{place}/evidence", check)).status == 403
    off = {"suspended": True, "reason": "a question"}
    assert (await lead(world).put(f"{place}/suspension", off)).status == 204
    on = {"suspended": False, "reason": "no question"}
    assert (await api.put(f"{place}/suspension", on)).status == 403
    assert (await api.get(place)).code == "suspended"
    assert (await lead(world).get(place)).body["suspended"] is True


# --- families ----------------------------------------------------------------------------------------


async def test_the_same_external_id_updates_and_a_stale_change_is_refused(world: World) -> None:
    api = machine(world)
    body = {"name": "Robin", "born_on": "2016-01-01", "external_id": "c-1"}
    first = await api.post("/v1/children", body)
    again = await api.post("/v1/children", body | {"name": "Robin Marsh"})
    assert (again.body["id"], again.body["version"]) == (first.body["id"], 2)
    parent = {"name": "Rae", "email": "rae@robin.example", "external_id": "p-1"}
    ids = {(await api.post("/v1/parents", parent)).body["id"] for _ in range(2)}
    assert len(ids) == 1
    listed = await api.get("/v1/children", params={"external_id": "c-1"})
    assert listed.body["items"] == [{"id": first.body["id"], "external_id": "c-1", "version": 2}]
    before = await stored(world.house)
    for place in (f"/v1/children/{first.body['id']}", f"/v1/parents/{ids.pop()}"):
        details = {"name": "New"} | ({"born_on": "2016-01-01"} if "children" in place else {})
        reply = await api.put(place, details, headers={"If-Match": '"9"'})
        assert (reply.status, reply.code) == (412, "stale_version")
        assert (await api.put(place, details)).status == 428
    assert await stored(world.house) == before


async def test_ill_formed_people_are_refused_by_field(world: World) -> None:
    api, admin = coordinator(world), world.house.api(Role.ADMIN, subject="staff_admin")
    before = await stored(world.house)
    cases: list[tuple[Api, str, dict[str, Any], str, str]] = [
        (api, "children", {"name": " ", "born_on": "2017-05-05"}, "name", "missing"),
        (api, "children", {"name": "A", "born_on": "2030-05-05"}, "born_on", "out_of_range"),
        (api, "children", {"name": "A", "born_on": "2017-05-05", "phone": "1"}, "phone",
         "unknown_field"),
        (api, "parents", {"name": "A\nBcc: b"}, "name", "missing"),
        (api, "parents", {"name": "A", "email": "a@b.example\nBcc: c@d.example"}, "email",
         "not_an_address"),
        (api, "parents", {"name": "A", "phone": "none"}, "phone", "not_a_number"),
        (admin, "staff", {"name": "A", "account": "a@gmail.example"}, "account",
         "personal_account"),
        (admin, f"staff/{world.tutor}/evidence",
         {"kind": "training", "seen_on": "2026-01-01", "policy_version": "v3"}, "body",
         "version_mismatch"),
        (admin, f"staff/{world.tutor}/evidence",
         {"kind": "training", "seen_on": "2027-01-01", "trusted_until": "2027-02-01"}, "seen_on",
         "in_the_future"),
        (admin, "hosts", {"provider": "zoom", "account": "a", "domain": "gmail.example",
                          "custodians": []}, "domain", "personal_account"),
        (admin, "policies", {"version": "v4", "owner": "B", "text": "T", "review_on":
                             "2026-01-01", "asks_fresh_agreement": True}, "review_on",
         "in_the_past"),
        (api, "consents", a_word(world, policy_version="v2"), "policy_version", "not_in_force"),
        (api, "consents", a_word(world, kind="lapsed"), "kind", "not_a_choice"),
        (api, "consents", a_word(world, present_adults=["parent_x"]), "present_adults",
         "not_family"),
    ]  # fmt: skip
    for who, place, body, field, code in cases:
        reply = await who.post(f"/v1/{place}", body)
        assert (reply.status, reply.fields) == (422, {field: code}), f"{place} {reply.text}"
    assert await stored(world.house) == before


async def test_a_pin_is_set_for_a_parent_and_never_kept_in_clear(world: World) -> None:
    place, api = f"/v1/parents/{world.family.mother}/pin", coordinator(world)
    body = {"pin": "8461", "route": "phone", "evidence": "number on file"}
    for pin, code in (("1111", "too_simple"), ("12", "not_a_pin"), ("12ab", "not_a_pin")):
        assert (await api.put(place, body | {"pin": pin})).fields == {"pin": code}
    assert (await api.put(place, body | {"route": "link"})).fields == {"route": "not_spoken"}
    assert (await api.put(place, body)).status == 204
    parents = (await stored(world.house))["parents"]
    assert any("argon2id" in row for row in parents)
    assert not any("8461'" in row for row in parents)


async def test_reading_a_childs_record_is_an_entry_and_a_list_names_nobody(world: World) -> None:
    place, api = f"/v1/children/{world.family.child}", coordinator(world)
    kinds = await recorded(world.house)
    record = await api.get(place)
    assert record.body["name"] == "River"
    assert len(record.body["adults"]) == 2
    assert (await recorded(world.house))[len(kinds) :] == ["child.read"]
    assert "River" not in (await api.get("/v1/children")).text
    assert (await api.get("/v1/children/child_nobody")).status == 404
