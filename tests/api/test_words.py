"""What families say is taken down by a named person with evidence, or not at all (POL-02, 04, 21)."""

from datetime import timedelta
from typing import Any

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
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
from tests.world import World, a_clear_session, a_family, book, cover, say


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
