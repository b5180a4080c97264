"""What families say is taken down by a named person with evidence, or not at all (POL-02, 04, 21)."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
from service.policy.rules import OVERRIDABLE
from tests.api.people import (
    a_booking,
    a_promise,
    a_word,
    coordinator,
    here,
    lead,
    machine,
    recorded,
    second,
    stored,
    tutor,
)
from tests.harness import Api
from tests.world import World, a_clear_session, a_colleague, a_family, book, cover, say


@pytest.mark.pitfall(13)
async def test_words_taken_down_by_telephone_clear_a_session(world: World) -> None:
    api = coordinator(world)
    assert (await api.post("/v1/consents", a_word(world))).status == 201
    session_id = await book(world)
    await cover(world, session_id)
    place = f"/v1/sessions/{session_id}"
    assert (await api.post(f"{place}/pledges", a_promise(world))).status == 201
    assert (await api.get(f"{place}/clearance")).body["is_clear"] is True
    await world.house.settle()
    told = world.house.letters(world.family.mother_mail, "What we noted")
    assert len(told) == 2
    body = a_promise(world)
    del body["terms"], body["mode"]
    revoked = await api.post(f"{place}/pledges/revocation", body)
    assert [one["code"] for one in revoked.body["blockers"]["open"]] == ["pledge_missing"]


@pytest.mark.pitfall(13)
async def test_a_tutor_never_takes_down_a_yes_for_a_child_they_teach_in_whatever_role(
    world: World,
) -> None:
    await book(world)
    as_office = world.house.api(Role.COORDINATOR, subject=world.tutor)
    refused = await as_office.post("/v1/consents", a_word(world))
    assert (refused.status, refused.code) == (403, "not_allowed")
    assert "consent.given" not in await recorded(world.house)
    no = {**a_word(world), "kind": "refused"}
    no.pop("present_adults", None)
    assert (await as_office.post("/v1/consents", no)).status == 201


NOT_A_WORD: list[tuple[dict[str, Any], int, str]] = [
    ({"evidence": ""}, 422, "too_short"),
    ({"evidence": "  "}, 422, "too_short"),
    ({"route": "link"}, 403, "not_allowed"),
    ({"route": "pigeon"}, 422, "not_a_choice"),
]


@pytest.mark.pitfall(13)
async def test_no_route_no_evidence_or_no_person_means_no_word(world: World) -> None:
    await say(world)
    session_id = await book(world)
    place = f"/v1/sessions/{session_id}"
    before = await stored(world.house)
    for changes, status, code in NOT_A_WORD:
        for address, body in _words(world, place, changes):
            reply = await coordinator(world).post(address, body)
            fields = {name.rpartition(".")[2]: found for name, found in reply.fields.items()}
            found = {reply.code, *fields.values()}
            assert reply.status == status, f"{address} {changes}: {reply.text}"
            assert code in found, f"{address} {changes}: {reply.text}"
    for left_out in ("route", "evidence"):
        for address, body in _words(world, place, {}):
            (body.get("family") or body).pop(left_out)
            reply = await coordinator(world).post(address, body)
            assert set(reply.fields.values()) == {"missing"}, f"{address} without {left_out}"
    assert await stored(world.house) == before


def _words(
    world: World, place: str, changes: dict[str, Any]
) -> tuple[tuple[str, dict[str, Any]], ...]:
    return (
        ("/v1/consents", a_word(world, **changes)),
        (f"{place}/pledges", a_promise(world, **changes)),
        (f"{place}/check-ins", here(world, **changes)),
    )


@pytest.mark.pitfall(13)
async def test_neither_tutor_nor_program_takes_down_a_familys_word(world: World) -> None:
    session_id = await a_clear_session(world)
    await world.house.advance(minutes=45)
    place = f"/v1/sessions/{session_id}"
    teaching_lead = world.house.api(Role.COORDINATOR, subject=world.tutor)
    both = world.house.api(Role.COORDINATOR, Role.TUTOR, subject=world.coordinator)
    nobody = world.house.api(Role.COORDINATOR, subject="staff_not_on_the_register")
    before = await stored(world.house)
    for address, body in _words(world, place, {}):
        for who in (tutor(world), machine(world), second(world), both, nobody):
            reply = await who.post(address, body)
            assert (reply.status, reply.code) == (403, "not_allowed"), address
    for address, body in _words(world, place, {})[1:]:
        reply = await teaching_lead.post(address, body)
        assert (reply.status, reply.code) == (403, "not_allowed"), address
    assert await stored(world.house) == before


async def test_a_promise_is_for_ones_own_child_and_present_terms(world: World) -> None:
    other = await a_family(world.house, "brook", world.coordinator)
    await say(world)
    await say(world, family=other)
    session_id = await book(world, world.family.child)
    place, api = f"/v1/sessions/{session_id}", coordinator(world)
    terms = a_booking(world)
    del terms["tutor_id"], terms["children"]
    moved = await api.post(f"{place}/reschedule", terms, headers={"If-Match": '"1"'})
    before = await stored(world.house)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"child_id": other.child, "adult_id": other.mother, "terms": 2}, 404, "not_found"),
        ({"adult_id": other.mother, "terms": 2}, 404, "not_found"),
        ({"adult_id": world.family.father, "terms": 2}, 422, "not_named"),
        ({"terms": 1}, 409, "terms_changed"),
        ({"terms": 3}, 409, "terms_changed"),
        ({"terms": 0}, 422, "too_small"),
    ]
    for changes, status, code in cases:
        reply = await api.post(f"{place}/pledges", a_promise(world, **changes))
        assert reply.status == status, f"{changes}: {reply.text}"
        assert code in {reply.code, *reply.fields.values()}, f"{changes}: {reply.text}"
    assert await stored(world.house) == before
    good = await api.post(f"{place}/pledges", a_promise(world, terms=moved.body["terms"]))
    assert good.status == 201
    again = await api.post(f"{place}/pledges", a_promise(world, terms=2))
    assert (again.status, again.code) == (409, "pledged")


@pytest.mark.pitfall(13)
async def test_an_answer_by_link_that_says_otherwise_outdoes_what_was_heard_by_telephone(
    world: World,
) -> None:
    assert (await coordinator(world).post("/v1/consents", a_word(world))).status == 201
    session_id = await book(world)
    await say(world, ConsentKind.REFUSED)
    blocked = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body["blockers"]["open"]
    assert "consent_refused" in [one["code"] for one in blocked]
    told = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body["words"]
    assert [one["kind"] for one in told] == ["given", "refused"]


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


async def test_a_giver_is_asked_once_per_key(world: World) -> None:
    place, api = f"/v1/children/{world.family.child}/consent-requests", coordinator(world)
    body, key = {"giver_id": world.family.mother}, {"Idempotency-Key": "ask-1"}
    assert [(await api.post(place, body, headers=key)).status for _ in range(2)] == [202, 202]
    await world.house.settle()
    assert len(world.house.letters(world.family.mother_mail, "permission")) == 1
    assert (await api.post(place, {"giver_id": "parent_x"})).status == 404


async def test_an_inspector_sees_consent_in_full_and_a_strange_tutor_nothing(world: World) -> None:
    await say(world)
    about = f"/v1/children/{world.family.child}/consent"
    found = await world.house.api(Role.INSPECTOR, subject="i").get(about)
    assert (found.body["take_part"], found.body["record"]) == (True, False)
    assert (await tutor(world).get(about)).status == 404
    await book(world, starts_at=world.house.clock.now() + timedelta(days=1))
    assert (await tutor(world).get(about)).body["take_part"] is True


def test_only_three_sub_rules_can_ever_be_set_aside() -> None:
    assert {"outside_hours", "tutor_training_lapsed", "second_staff_training_lapsed"} == OVERRIDABLE
