"""Registrants and their links, as strict as the real ones."""

from datetime import timedelta

from tests.integrations.zoom.bare import call, make
from tests.integrations.zoom.conftest import HOST, Emulated


async def test_a_basic_host_has_no_registration(zoom: Emulated) -> None:
    await zoom.do(f"hosts/{HOST}", type=1)
    made = await make(zoom, settings={"approval_type": 1})
    assert made["settings"]["approval_type"] == 2
    body = {"email": "a@door.invalid", "first_name": "Tutor"}
    status, _ = await call(zoom, "POST", f"/meetings/{made['id']}/registrants", body)
    assert status == 400


async def test_someone_who_registers_without_us_stays_pending(zoom: Emulated) -> None:
    made = await make(zoom, settings={"approval_type": 1})
    path = f"/meetings/{made['id']}/registrants"
    body = {"email": "a@elsewhere.example", "first_name": "Stranger"}
    status, pending = await call(zoom, "POST", path, body)
    assert status == 201
    assert "join_url" not in pending
    assert (await call(zoom, "GET", path))[1]["registrants"] == []
    (row,) = (await call(zoom, "GET", f"{path}?status=pending"))[1]["registrants"]
    assert await zoom.tried("people/open", url=row["join_url"]) == 403


async def test_a_registered_meeting_refuses_the_public_link(zoom: Emulated) -> None:
    made = await make(zoom, password="aB3xK9mQ2z", settings={"approval_type": 1})
    assert await zoom.tried("people/open", url=made["join_url"]) == 403


async def test_the_fourth_call_for_one_registrant_on_a_day_is_too_many(zoom: Emulated) -> None:
    made = await make(zoom, settings={"approval_type": 1})
    path = f"/meetings/{made['id']}/registrants"
    body = {"email": "a@door.invalid", "first_name": "Tutor", "auto_approve": True}
    statuses = [(await call(zoom, "POST", path, body))[0] for _ in range(4)]
    assert statuses == [201, 201, 201, 429]
    await zoom.pass_time(timedelta(days=1))
    assert (await call(zoom, "POST", path, body))[0] == 201


async def test_registrants_come_singly_or_thirty_at_once(zoom: Emulated) -> None:
    made = await make(zoom, settings={"approval_type": 1})
    path = f"/meetings/{made['id']}"
    rows = [{"email": f"{n}@door.invalid", "first_name": "A"} for n in range(31)]
    body = {"auto_approve": True, "registrants": rows}
    assert (await call(zoom, "POST", f"{path}/batch_registrants", body))[1]["code"] == 300
    body["registrants"] = rows[:30]
    status, found = await call(zoom, "POST", f"{path}/batch_registrants", body)
    assert (status, len(found["registrants"])) == (201, 30)
    one = found["registrants"][0]
    path = f"{path}/registrants/{one['registrant_id']}"
    _, read = await call(zoom, "GET", path)
    assert (read["join_url"], read["status"]) == (one["join_url"], "approved")
    assert (await call(zoom, "DELETE", path))[0] == 204
    assert (await call(zoom, "GET", path))[0] == 400
    assert await zoom.tried("people/open", url=one["join_url"]) == 403


async def test_a_full_meeting_takes_nobody_but_those_it_knows(zoom: Emulated) -> None:
    await zoom.do("options", most_registrants=1)
    made = await make(zoom, settings={"approval_type": 1})
    path = f"/meetings/{made['id']}/registrants"
    codes = []
    for name in ("a", "a", "b"):
        body = {"email": f"{name}@door.invalid", "first_name": "A"}
        codes.append((await call(zoom, "POST", path, body))[1].get("code"))
    assert codes == [None, None, 3043]
