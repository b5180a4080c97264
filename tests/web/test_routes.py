"""A row of the table that cannot be meant is refused when it is written down."""

from typing import Any

import pytest

from service.errors import Misconfigured
from service.policy.people import Role
from service.web.bodies import Body
from service.web.routes import Answer, Call, Route, table


async def nothing(call: Call) -> Answer:
    return Answer(204)


def a_route(**changes: Any) -> Route:
    return Route(**{
        "method": "POST", "path": "/v1/things", "handler": nothing, "summary": "Make",
        "tag": "things", "roles": frozenset({Role.TUTOR}), "answers": {204: None}, **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": frozenset()},
        {"public": True},
        {"method": "post"},
        {"method": "HEAD"},
        {"path": "v1/things"},
        {"path": "/v1/things/"},
        {"path": "/v1/{thing-id}"},
        {"path": "/v1/{id:.*}"},
        {"method": "GET", "body": Body},
        {"method": "DELETE", "body": Body},
        {"method": "PUT", "creates": True},
        {"creates": True, "public": True, "roles": frozenset()},
        {"method": "GET", "changes": True},
        {"answers": {}},
        {"answers": {404: None}},
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(changes: dict[str, Any]) -> None:
    a_route()
    with pytest.raises(Misconfigured):
        a_route(**changes)


def test_a_route_is_public_only_by_saying_so() -> None:
    assert a_route(roles=frozenset(), public=True).public


def test_the_same_address_twice_is_refused() -> None:
    one, same = a_route(path="/v1/{a}"), a_route(path="/v1/{b}")
    with pytest.raises(Misconfigured):
        table([one], [same])
    assert table([one], [a_route(method="GET", path="/v1/{a}")]) != ()
