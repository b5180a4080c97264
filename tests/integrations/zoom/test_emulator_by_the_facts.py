"""One session from sign-in to report, by somebody who knows only Zoom's documents."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from tests.integrations.zoom.conftest import HOST, Emulated

SETTINGS = {
    "waiting_room": True,
    "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"},
    "join_before_host": True,
    "approval_type": 1,
    "use_pmi": False,
    "auto_recording": "none",
    "allow_multiple_devices": False,
}


class Zoom:
    """Bare HTTP: a token, and calls with it."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session, self._origin = session, origin
        self._base, self._token = "", ""

    async def sign_in(self) -> dict[str, Any]:
        pair = base64.b64encode(b"demo-client:demo-client-secret").decode()
        form = {"grant_type": "account_credentials", "account_id": "demo-account"}
        headers = {"Authorization": f"Basic {pair}"}
        url = f"{self._origin}/oauth/token"
        async with self._session.post(url, data=form, headers=headers) as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
        self._base, self._token = f"{found['api_url']}/v2", found["access_token"]
        return found

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        url = URL(f"{self._base}{path}", encoded=True)
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.read()
            return answer.status, json.loads(text) if text else None


@pytest.fixture
def bare(zoom: Emulated) -> Zoom:
    return Zoom(zoom.session, zoom.origin)


async def test_the_token_is_as_documented(bare: Zoom) -> None:
    found = await bare.sign_in()
    assert set(found) == {"access_token", "token_type", "expires_in", "scope", "api_url"}
    assert (found["token_type"], found["expires_in"]) == ("bearer", 3600)
    assert "meeting:write:meeting:admin" in found["scope"].split(" ")


async def create(bare: Zoom) -> dict[str, Any]:
    wanted = {
        "topic": "Session K7Q2XM",
        "type": 2,
        "start_time": "2026-11-24T16:00:00",
        "timezone": "Europe/Berlin",
        "duration": 45,
        "password": "aB3xK9mQ2z",
        "settings": SETTINGS,
    }
    status, made = await bare.call("POST", f"/users/{quote(HOST)}/meetings", wanted)
    assert status == 201
    return dict(made)


async def test_what_is_made_is_what_is_read_back_but_not_what_was_asked(bare: Zoom) -> None:
    await bare.sign_in()
    made = await create(bare)
    assert isinstance(made["id"], int)
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}==", made["uuid"])
    assert made["start_time"] == "2026-11-24T15:40:00Z"  # 15:00 UTC is past, and past means now
    assert re.search(r"/j/\d+\?pwd=.+\.1$", made["join_url"])
    status, read = await bare.call("GET", f"/meetings/{made['id']}")
    assert status == 200
    unlike = {name for name in made if read[name] != made[name]}
    assert unlike == {"start_url"}
    assert read["settings"]["join_before_host"] is False


async def test_a_session_from_sign_in_to_report(bare: Zoom, zoom: Emulated) -> None:
    await bare.sign_in()
    meeting = await create(bare)
    path = f"/meetings/{meeting['id']}"
    body = {"email": "d4f2@door.invalid", "first_name": "Household", "auto_approve": True}
    status, registrant = await bare.call("POST", f"{path}/registrants", body)
    assert (status, registrant["id"]) == (201, meeting["id"])

    family = await zoom.do("people/open", url=registrant["join_url"])
    assert family["place"] == "before_start"
    await zoom.do("people/open", url=meeting["start_url"])
    _, running = await bare.call("GET", path)
    assert running["status"] == "started"
    assert running["uuid"] != meeting["uuid"]
    inside = await zoom.do(f"people/{family['key']}/admit")
    assert inside["place"] == "inside"

    status, refusal = await bare.call("GET", f"/report{path}/participants")
    assert (status, refusal["code"]) == (404, 3001)
    assert (await bare.call("PUT", f"{path}/status", {"action": "end"}))[0] == 204
    assert (await bare.call("DELETE", path))[0] == 204
    status, refusal = await bare.call("DELETE", path)
    assert (status, refusal["code"]) == (404, 3001)

    uuid = quote(quote(running["uuid"], safe=""), safe="")  # twice is always taken
    query = "include_fields=registrant_id&page_size=300"
    status, report = await bare.call("GET", f"/report/meetings/{uuid}/participants?{query}")
    assert (status, report["next_page_token"]) == (200, "")
    seen = [(one["registrant_id"], one["status"]) for one in report["participants"]]
    assert seen == [
        ("", "in_meeting"),
        (registrant["registrant_id"], "in_waiting_room"),
        (registrant["registrant_id"], "in_meeting"),
    ]
    assert len(report["participants"]) == report["total_records"]
