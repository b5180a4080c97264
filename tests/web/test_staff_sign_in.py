"""The cookie of the staff pages, and forms that only our own pages can send."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from service.errors import NotAllowed
from service.policy.people import Role
from service.web.forms import check_form_token, check_same_origin, form_token
from service.web.limits import Limiter
from service.web.sign_in import COOKIE
from service.web.staff_sign_in import signing_in, signing_out
from tests.web.house import House, a_house

ORIGIN = "https://tuition.example"
KEY = b"k" * 32
SAME = {"Sec-Fetch-Site": "same-origin"}


class Pages:
    """The sign-in routes and one page that says who is there."""

    def __init__(self) -> None:
        self.house: House | None = None

    def set_up(self, app: web.Application) -> None:
        app.router.add_post("/staff/sign-in", self.sign_in)
        app.router.add_post("/staff/sign-out", signing_out(ORIGIN))
        app.router.add_get("/staff", self.who)

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        assert self.house
        limiter = Limiter(self.house.clock, tries=3, per=timedelta(minutes=1))
        self.limiter = getattr(self, "limiter", limiter)
        return await signing_in(self.house.sign_in, ORIGIN, self.limiter)(request)

    async def who(self, request: web.Request) -> web.StreamResponse:
        assert self.house
        return web.Response(text=self.house.sign_in.actor_from(request).subject)


@pytest.fixture
async def house() -> Any:
    pages = Pages()
    async with a_house(extra_setup=pages.set_up) as one:
        pages.house = one
        yield one


async def hand_in(house: House, token: str, headers: dict[str, str] = SAME) -> Any:
    async with house.client.post(
        "/staff/sign-in", data={"token": token}, headers=headers, allow_redirects=False
    ) as answer:
        return answer


async def who(house: House, cookie: str) -> tuple[int, str]:
    async with house.client.get("/staff", headers={"Cookie": f"{COOKIE}={cookie}"}) as answer:
        return answer.status, await answer.text()


def cookie_in(answer: Any) -> Any:
    jar: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    return jar[COOKIE]


async def test_a_token_becomes_a_cookie_that_opens_pages(house: House) -> None:
    answer = await hand_in(house, house.token(Role.TUTOR))
    assert (answer.status, answer.headers["Location"]) == (303, "/staff")
    assert await who(house, cookie_in(answer).value) == (200, "staff_1")


async def test_the_cookie_is_locked_to_this_site(house: House) -> None:
    cookie = cookie_in(await hand_in(house, house.token()))
    assert cookie.key.startswith("__Host-")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")


async def test_the_cookie_ends_with_the_token_that_bought_it(house: House) -> None:
    token = house.keys.mint("staff_1", [Role.TUTOR], timedelta(minutes=10))
    cookie = cookie_in(await hand_in(house, token))
    assert int(cookie["max-age"]) == 600
    house.clock.forward(timedelta(seconds=606))
    assert (await who(house, cookie.value))[0] == 401


async def test_cookie_and_bearer_token_do_not_stand_in_for_each_other(house: House) -> None:
    token = house.token(Role.COORDINATOR)
    cookie = cookie_in(await hand_in(house, token)).value
    assert (await who(house, token))[0] == 401
    headers = {"Authorization": f"Bearer {cookie}"}
    async with house.client.get("/v1/things/a", headers=headers) as answer:
        assert answer.status == 401
    async with house.client.get("/v1/things/a", headers={"Cookie": f"{COOKIE}={cookie}"}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {"Origin": "https://evil.example"},
        {"Origin": "http://tuition.example"},
    ],
)
async def test_another_site_cannot_sign_somebody_in_or_out(
    house: House, headers: dict[str, str]
) -> None:
    assert (await hand_in(house, house.token(), headers)).status == 403
    async with house.client.post("/staff/sign-out", headers=headers) as answer:
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("headers", [SAME, {"Origin": ORIGIN}, {"Origin": "null"}, {}])
def test_what_browsers_say_about_our_own_pages_is_let_through(headers: dict[str, str]) -> None:
    check_same_origin(make_mocked_request("POST", "/", headers=headers), ORIGIN)


async def test_a_bad_token_buys_nothing(house: House) -> None:
    answer = await hand_in(house, "x.y.z")
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers


async def test_tries_are_counted(house: House) -> None:
    statuses = [(await hand_in(house, "x.y.z")).status for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("media_type", "data", "status"),
    [
        ("multipart/form-data", b"x", 415),
        ("application/json", b'{"token": "x"}', 415),
        ("application/x-www-form-urlencoded", b"token=%ff", 400),
        ("application/x-www-form-urlencoded", b"token=%00", 400),
        ("application/x-www-form-urlencoded", b"\xff", 400),
        ("application/x-www-form-urlencoded", b"a=1&" * 300, 400),
        ("application/x-www-form-urlencoded", b"a" * 70_000, 413),
    ],
)
async def test_an_odd_form_is_refused(
    house: House, media_type: str, data: bytes, status: int
) -> None:
    headers = SAME | {"Content-Type": media_type}
    async with house.client.post("/staff/sign-in", data=data, headers=headers) as answer:
        assert answer.status == status


async def test_signing_out_takes_the_cookie_away(house: House) -> None:
    async with house.client.post("/staff/sign-out", headers=SAME, allow_redirects=False) as answer:
        cookie = cookie_in(answer)
    assert (cookie.value, cookie["max-age"]) == ("", "0")


def test_a_form_token_fits_its_form_person_and_key_only() -> None:
    token = form_token(KEY, "pledge:link-1")
    check_form_token(KEY, "pledge:link-1", token)
    for key, binding, given in [
        (KEY, "pledge:link-2", token),
        (KEY, "consent:link-1", token),
        (b"x" * 32, "pledge:link-1", token),
        (KEY, "pledge:link-1", token[:-1]),
        (KEY, "pledge:link-1", ""),
        (KEY, "pledge:link-1", "é"),
        (KEY, "pledge:link-1", None),
    ]:
        with pytest.raises(NotAllowed):
            check_form_token(key, binding, given)
