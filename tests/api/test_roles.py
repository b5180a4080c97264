"""Who may use which route, and that looking changes nothing."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from service.policy.people import Role
from service.web.api import ROUTES
from service.web.api.export import NDJSON
from service.web.routes import Route
from service.web.tokens import NEVER_BY_TOKEN
from tests.api.people import coordinator, recorded, stored
from tests.harness import Api, House, Reply
from tests.world import World, an_open_session

A_MONTH = {"from": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}


def address(
    route: Route,
    world: World | None = None,
    session_id: str = "session_x",
    series_id: str = "series_x",
    concern_id: str = "concern_x",
) -> str:
    """The route's path with ids in it: real ones, if there is a world."""
    known = {"session_id": session_id, "concern_id": concern_id}
    if world is not None:
        known |= {
            "child_id": world.family.child,
            "parent_id": world.family.mother,
            "staff_id": world.tutor,
            "series_id": series_id,
        }
    return route.path.format_map({name: known.get(name, "nobody_1") for name in route.parameters})


async def a_series(world: World) -> str:
    """Two lessons in the coming weeks."""
    body = {
        "tutor_id": world.tutor,
        "children": [world.family.child],
        "local_start": "2026-12-01T16:00",
        "duration_minutes": 45,
        "count": 2,
        "purpose": "Fractions",
    }
    reply = await coordinator(world).post("/v1/series", body)
    return str(reply.body["series_id"])


async def a_concern(world: World) -> str:
    """A worry of the tutor's."""
    body = {"words": "The child seemed sad.", "severity": "minor"}
    api = world.house.api(Role.TUTOR, subject=world.tutor)
    reply = await api.post("/v1/concerns", body)
    return str(reply.body["concern_id"])


async def ask(api: Api, route: Route) -> Reply:
    body = {} if route.body else None
    return await api.call(route.method, address(route), body, headers={"If-Match": '"1"'})


async def test_nobody_may_use_a_route_whose_roles_do_not_name_them(house: House) -> None:
    before, asked = await stored(house), 0
    for number, route in enumerate(ROUTES):
        strangers = set(Role) - NEVER_BY_TOKEN - route.roles
        asked += len(strangers)
        for role in strangers:
            reply = await ask(house.api(role, subject=f"staff_{number}"), route)
            assert (reply.status, reply.code) == (403, "not_allowed"), f"{role} on {route.name}"
    assert asked > 100
    assert await stored(house) == before
    assert "request.refused" not in await recorded(house)


async def test_without_a_token_no_route_answers(house: House) -> None:
    forged = Api(house.session, house.base_url, "eyJhbGciOiJub25lIn0.e30.")
    for route in ROUTES:
        for api in (house.api(), forged):
            reply = await ask(api, route)
            assert (reply.status, reply.code) == (401, "not_signed_in"), route.name


async def test_a_parent_cannot_come_by_token(house: House) -> None:
    assert not any(route.roles & NEVER_BY_TOKEN for route in ROUTES)


async def test_every_route_is_in_the_served_document(house: House) -> None:
    document = (await house.api().get("/openapi.json")).body
    validate(json.loads(json.dumps(document)), cls=OpenAPIV31SpecValidator)
    for route in ROUTES:
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["x-roles"] == sorted(route.roles)
        assert all(clause in operation["description"] for clause in route.clauses)


def test_every_post_that_makes_something_understands_an_idempotency_key() -> None:
    makes = {route.name for route in ROUTES if route.method == "POST" and 201 in route.answers}
    assert makes == {route.name for route in ROUTES if route.creates and 201 in route.answers}


@pytest.mark.pitfall(18)
async def test_no_get_changes_anything_but_notes_that_somebody_read(world: World) -> None:
    house = world.house
    session_id = await an_open_session(world)
    series_id, concern_id = await a_series(world), await a_concern(world)
    before, kinds = await stored(house), await recorded(house)
    seen = 0
    for route in (one for one in ROUTES if one.method == "GET" and one.streams != NDJSON):
        handled_by_leads = {Role.INDEPENDENT} if "{concern_id}" in route.path else set()
        for role in sorted(route.roles - handled_by_leads):
            own = {Role.TUTOR: world.tutor, Role.SECOND_STAFF: world.second}
            api = house.api(role, subject=own.get(role, world.lead))
            query = {"entry_id": "1"} if "inclusion" in route.path else {}
            query |= {"old": "1"} if "consistency" in route.path else {}
            query |= {"adult_id": world.family.mother} if "/occasions" in route.path else {}
            query |= A_MONTH if route.path.endswith("/inspection") else {}
            reply = await api.get(
                address(route, world, session_id, series_id, concern_id), params=query
            )
            leads_door = route.path.endswith("/door") and role in (Role.COORDINATOR, Role.DSL)
            not_theirs = "/series/" in route.path and role is Role.SECOND_STAFF
            of_a_colleague = route.path.endswith("/rota") and role is Role.SECOND_STAFF
            wanted = 404 if leads_door or not_theirs else 403 if of_a_colleague else 200
            assert reply.status == wanted, f"{role} {route.name} {reply.text}"
            seen += 1
    new = (await recorded(house))[len(kinds) :]
    assert seen > 50
    assert set(new) == {"child.read", "record.read"}
    assert await stored(house) == before


async def test_head_is_not_offered_because_reading_is_recorded(world: World) -> None:
    kinds = await recorded(world.house)
    api = world.house.api(Role.DSL, subject=world.lead)
    reply = await api.call("HEAD", f"/v1/children/{world.family.child}")
    assert reply.status == 405
    assert await recorded(world.house) == kinds
