"""Every call is drawn from the budget before it is sent; making safer draws on what is kept."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.zoom.client import ZoomClient
from service.errors import ProviderBusy, ProviderGone, ProviderUnsure
from service.ports import Draw, MeetingHandle, Seat
from tests.builders import NOW, a_clearance
from tests.integrations.zoom.conftest import HOST, REFERENCE, Emulated, client_of, plan

SOON = NOW + timedelta(seconds=1)


@dataclass
class Purse:
    """A budget in memory, of one window that never ends; it remembers who asked for safety."""

    spent: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[frozenset[str], bool]] = field(default_factory=list)
    smaller: dict[str, int] = field(default_factory=dict)

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        kinds = frozenset(draw.name.rpartition(":")[2] for draw in draws)
        self.asked.append((kinds, for_safety))
        if not all(self._has(draw, for_safety) for draw in draws):
            raise ProviderBusy(retry_at=SOON)
        self.spent.update(draw.name for draw in draws)

    def _has(self, draw: Draw, for_safety: bool) -> bool:
        limit = self.smaller.get(draw.name.rpartition(":")[2], 10_000)
        kept = 0 if for_safety else min(draw.reserve, limit)
        return self.spent[draw.name] < limit - kept

    def empty(self, label: str, *, but_for_safety: int = 0) -> None:
        """From now on this label allows so many further calls, for safety alone."""
        used = sum(count for name, count in self.spent.items() if name.endswith(f":{label}"))
        self.smaller[label] = used + but_for_safety


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def spender(zoom: Emulated, purse: Purse) -> ZoomClient:
    return client_of(zoom, budget=purse)


async def test_every_call_but_the_sign_in_is_drawn(
    spender: ZoomClient, zoom: Emulated, purse: Purse
) -> None:
    handle = await spender.create_meeting(a_clearance(), plan())
    way_in = await spender.enrol(handle, Seat.TUTOR, "D1")
    await spender.read_meeting(handle)
    await spender.host_start_link(handle)
    await spender.find_meetings(HOST, REFERENCE)
    await spender.revoke(handle, {"D1": way_in.registrant_id})
    await spender.read_attendance(handle, ("abc==",))
    await spender.end_meeting(handle)
    await spender.delete_meeting(handle)
    sent = [one for one in (await zoom.see("calls"))["calls"] if one["name"] != "token"]
    assert len(purse.asked) == len(sent)


async def test_a_call_sent_again_is_drawn_again(
    spender: ZoomClient, zoom: Emulated, purse: Purse
) -> None:
    handle = await spender.create_meeting(a_clearance(), plan())
    before = len(purse.asked)
    await zoom.break_next("read_meeting", "status_before", times=2)
    await spender.read_meeting(handle)
    assert len(purse.asked) - before == 3


async def test_only_a_create_counts_towards_the_hosts_day(
    spender: ZoomClient, purse: Purse
) -> None:
    handle = await spender.create_meeting(a_clearance(), plan())
    await spender.enrol(handle, Seat.TUTOR, "D1")
    await spender.end_meeting(handle)
    await spender.delete_meeting(handle)
    assert purse.spent["zoom:host:hostAAAAAAAAAAAAAAAAAA"] == 1


@pytest.mark.pitfall(43)
async def test_a_spent_day_stops_the_create_and_says_until_when(
    spender: ZoomClient, zoom: Emulated, purse: Purse
) -> None:
    purse.smaller["hostAAAAAAAAAAAAAAAAAA"] = 0
    with pytest.raises(ProviderBusy) as refusal:
        await spender.create_meeting(a_clearance(), plan())
    assert refusal.value.retry_at == SOON
    assert await zoom.calls("create_meeting") == []


async def test_an_empty_budget_is_not_tried_again_and_nothing_is_sent(
    spender: ZoomClient, zoom: Emulated, purse: Purse
) -> None:
    purse.smaller = {"light": 0, "medium": 0, "heavy": 0}
    handle = MeetingHandle(HOST, "87654321098")
    asking = (
        lambda: spender.read_meeting(handle),
        lambda: spender.find_meetings(HOST, REFERENCE),
        lambda: spender.end_meeting(handle),
        lambda: spender.delete_meeting(handle),
        lambda: spender.enrol(handle, Seat.TUTOR, "D1"),
        lambda: spender.revoke(handle, {"D1": "reg"}),
        lambda: spender.read_attendance(handle, ()),
        lambda: spender.host_start_link(handle),
    )
    for ask in asking:
        with pytest.raises(ProviderBusy) as refusal:
            await ask()
        assert refusal.value.retry_at == SOON
    assert len(purse.asked) == len(asking)
    assert {one["name"] for one in (await zoom.see("calls"))["calls"]} == {"token"}


async def test_closing_a_meeting_goes_on_when_only_the_kept_share_is_left(
    spender: ZoomClient, purse: Purse
) -> None:
    handle = await spender.create_meeting(a_clearance(), plan())
    other = await spender.create_meeting(a_clearance(), plan())
    way_in = await spender.enrol(handle, Seat.TUTOR, "D1")
    purse.empty("light", but_for_safety=4)
    purse.empty("medium", but_for_safety=2)
    with pytest.raises(ProviderBusy):
        await spender.read_meeting(other)
    await spender.revoke(handle, {"D1": way_in.registrant_id})
    await spender.end_meeting(handle)
    assert not (await spender.read_meeting(handle)).running
    await spender.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await spender.read_meeting(handle)


async def test_a_look_that_the_budget_forbids_leaves_a_revocation_unproven(
    spender: ZoomClient, purse: Purse
) -> None:
    """The change was made: "busy" would say that it was not."""
    handle = await spender.create_meeting(a_clearance(), plan())
    way_in = await spender.enrol(handle, Seat.TUTOR, "D1")
    purse.empty("medium", but_for_safety=1)
    with pytest.raises(ProviderUnsure):
        await spender.revoke(handle, {"D1": way_in.registrant_id})


async def test_the_label_that_zoom_states_is_drawn_from_the_next_time(
    zoom: Emulated, purse: Purse
) -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600, "scope": ""})

    async def gone(_: web.Request) -> web.Response:
        answer = {"code": 3001, "message": "Meeting does not exist."}
        return web.json_response(answer, status=404, headers={"x-ratelimit-category": "Heavy"})

    other = web.Application()
    other.add_routes([web.post("/oauth/token", token), web.get("/v2/meetings/1", gone)])
    async with TestServer(other) as server:
        origin = str(server.make_url("")).rstrip("/")
        client = client_of(zoom, budget=purse, base_url=origin, token_url=f"{origin}/oauth/token")
        for _ in range(2):
            with pytest.raises(ProviderGone):
                await client.read_meeting(MeetingHandle(HOST, "1"))
    assert [kinds for kinds, _ in purse.asked] == [{"light"}, {"heavy", "day"}]


async def test_reports_are_drawn_from_the_heavy_day(spender: ZoomClient, purse: Purse) -> None:
    handle = await spender.create_meeting(a_clearance(), plan())
    await spender.read_attendance(handle, ("abc==",))
    assert (frozenset({"heavy", "day"}), False) in purse.asked


@pytest.mark.parametrize("call", ["create_meeting", "read_settings"])
async def test_a_live_limit_is_passed_on_with_its_time(
    spender: ZoomClient, zoom: Emulated, call: str
) -> None:
    await zoom.break_next(call, "rate_limit", form="seconds")
    with pytest.raises(ProviderBusy) as refusal:
        await spender.create_meeting(a_clearance(), plan())
    assert refusal.value.retry_at == NOW + timedelta(seconds=90)
    assert await zoom.meetings() == []


async def test_within_the_budget_of_its_plan_an_account_never_says_too_many(
    zoom: Emulated,
) -> None:
    """Our figures against the emulator's, which were written down by someone else."""
    await zoom.do("options", plan="pro", rate_headers="all")
    windows: Counter[tuple[str, float]] = Counter()

    class PerSecond:
        async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
            for draw in draws:
                at = (draw.name, zoom.clock.now().timestamp() // draw.per.total_seconds())
                if windows[at] >= draw.limit:
                    raise ProviderBusy(sentence="ours", retry_at=SOON)
                windows[at] += 1

    client = client_of(zoom, budget=PerSecond())
    handle = await client.create_meeting(a_clearance(), plan())
    with pytest.raises(ProviderBusy, match="ours"):
        for _ in range(40):
            await client.read_meeting(handle)
    with pytest.raises(ProviderBusy, match="ours"):
        for _ in range(40):
            await client.find_meetings(HOST, REFERENCE)
    assert len(await zoom.calls("read_meeting")) == 28  # and a user read and a create: 30
