"""Events from the emulator to a real listener, read by our own reader."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from integrations.zoom.client import ZoomClient
from integrations.zoom.webhooks import ZoomSignals
from service.ports import Challenge, Posted, Seat, Signal, SignalKind
from tests.builders import a_clearance
from tests.integrations.zoom.conftest import HOST, Emulated, plan

SECRET = SecretStr("demo-webhook-secret")


@dataclass
class Listener:
    """Verifies and keeps what arrives; answers the ordered status."""

    zoom: Emulated
    statuses: list[int] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    stamps: list[tuple[str, str, str]] = field(default_factory=list)
    secret: SecretStr = SECRET

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        posted = Posted(request.headers, request.query, body)
        found = await ZoomSignals(self.secret).read(posted, self.zoom.clock.now())
        if isinstance(found, Challenge):
            return web.Response(text=found.answer, content_type=found.content_type)
        self.signals += found.signals
        self.stamps.append(
            (
                request.headers["x-zm-request-id"],
                request.headers["x-zm-request-timestamp"],
                request.headers["x-zm-signature"],
            )
        )
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    @property
    def kinds(self) -> list[SignalKind]:
        """What happened in the room."""
        return [one.kind for one in self.signals if one.kind in PLAYED]


@pytest.fixture
async def listener(zoom: Emulated) -> AsyncIterator[Listener]:
    heard = Listener(zoom)
    app = web.Application()
    app.router.add_post("/hooks/zoom", heard.hear)
    async with TestServer(app) as server:
        await zoom.do("webhooks", url=str(server.make_url("/hooks/zoom")))
        yield heard


async def play(client: ZoomClient, zoom: Emulated) -> str:
    """A household comes, is let in and goes; the host ends. Returns the registrant id."""
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    start = await client.host_start_link(handle)
    await zoom.do("people/open", url=start.get_secret_value())
    person = await zoom.do("people/open", url=personal.url.get_secret_value())
    await zoom.do(f"people/{person['key']}/admit")
    await zoom.do(f"people/{person['key']}/drop")
    await client.end_meeting(handle)
    return personal.registrant_id


PLAYED = [
    SignalKind.STARTED,
    SignalKind.JOINED,
    SignalKind.WAITING,
    SignalKind.JOINED,
    SignalKind.LEFT,
    SignalKind.LEFT,
    SignalKind.ENDED,
]


async def test_a_session_is_told_in_order_and_by_id(
    client: ZoomClient, zoom: Emulated, listener: Listener
) -> None:
    registrant_id = await play(client, zoom)
    await zoom.do("webhooks/flush")
    assert listener.kinds == PLAYED
    joined = [one for one in listener.signals if one.kind is SignalKind.JOINED]
    assert [one.registrant_id for one in joined] == ["", registrant_id]
    assert [one.account_id for one in joined] == ["hostAAAAAAAAAAAAAAAAAA", ""]
    assert len({one.provider_id for one in listener.signals}) == 1


@pytest.mark.pitfall(47)
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("double", [kind for kind in PLAYED for _ in range(2)]),
        ("drop", []),
        ("hold", PLAYED[::-1]),
    ],
)
async def test_events_can_be_doubled_lost_and_turned_round(
    client: ZoomClient,
    zoom: Emulated,
    listener: Listener,
    mode: str,
    expected: list[SignalKind],
) -> None:
    await zoom.do("webhooks", mode=mode)
    await play(client, zoom)
    await zoom.do("webhooks/flush")
    if mode == "hold":
        assert listener.signals == []
        await zoom.do("webhooks/release", backwards=True)
    assert listener.kinds == expected


async def test_one_kind_of_event_can_be_late(
    client: ZoomClient, zoom: Emulated, listener: Listener
) -> None:
    await zoom.do("webhooks", mode="late", events=["meeting.participant_left"], late_seconds=90)
    await play(client, zoom)
    await zoom.do("webhooks/flush")
    assert SignalKind.LEFT not in listener.kinds
    await zoom.pass_time(timedelta(seconds=90))
    assert listener.kinds[-2:] == [SignalKind.LEFT, SignalKind.LEFT]
    assert listener.signals[-1].happened_at == zoom.clock.now() - timedelta(seconds=90)


@pytest.mark.pitfall(47)
async def test_a_fault_of_ours_is_retried_three_times_with_fresh_signatures(
    zoom: Emulated, listener: Listener
) -> None:
    listener.statuses = [503, 500, 502, 204]
    await zoom.do("meetings", host=HOST, topic="x")
    await zoom.do("webhooks/flush")
    for minutes, tries in ((4, 1), (1, 2), (19, 2), (1, 3), (59, 3), (1, 4), (600, 4)):
        await zoom.pass_time(timedelta(minutes=minutes))
        assert len(listener.signals) == tries
    assert len({one.digest for one in listener.signals}) == 1
    request_ids, stamps, signatures = zip(*listener.stamps, strict=True)
    assert (len(set(request_ids)), len(set(stamps)), len(set(signatures))) == (1, 4, 4)


@pytest.mark.parametrize("status", [301, 400, 404, 429])
async def test_an_event_we_refuse_is_lost_for_good(
    zoom: Emulated, listener: Listener, status: int
) -> None:
    listener.statuses = [status]
    await zoom.do("meetings", host=HOST, topic="x")
    await zoom.do("webhooks/flush")
    await zoom.pass_time(timedelta(hours=3))
    assert len(listener.signals) == 1
    (row,) = (await zoom.see("webhooks"))["events"]
    assert (row["state"], row["outcomes"]) == ("lost", [status])


async def test_our_address_proves_itself_with_the_right_secret_only(
    zoom: Emulated, listener: Listener
) -> None:
    assert (await zoom.do("webhooks/validate"))["valid"] is True
    listener.secret = SecretStr("another")
    assert (await zoom.do("webhooks/validate"))["valid"] is False


async def test_six_failed_validations_switch_events_off(zoom: Emulated, listener: Listener) -> None:
    listener.secret = SecretStr("another")
    for _ in range(6):
        await zoom.pass_time(timedelta(hours=72))
    listener.secret = SECRET
    await zoom.do("meetings", host=HOST, topic="x")
    await zoom.do("webhooks/flush")
    assert listener.signals == []
    assert (await zoom.see("webhooks"))["disabled"] is True


async def test_a_role_change_and_a_recording_are_told_but_a_new_name_is_not(
    client: ZoomClient, zoom: Emulated, listener: Listener
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    personal = await client.enrol(handle, Seat.TUTOR, "D1")
    start = await client.host_start_link(handle)
    await zoom.do("people/open", url=start.get_secret_value())
    person = await zoom.do("people/open", url=personal.url.get_secret_value())
    await zoom.do(f"people/{person['key']}/rename", name="Someone Else")
    await zoom.do(f"people/{person['key']}/role", role="co-host")
    await zoom.do(f"meetings/{handle.provider_id}/record")
    await zoom.do("webhooks/flush")
    changed = [one for one in listener.signals if one.kind is SignalKind.ROLE_CHANGED]
    assert [(one.registrant_id, one.new_role) for one in changed] == [
        (personal.registrant_id, "co-host")
    ]
    events = [row["event"] for row in (await zoom.see("webhooks"))["events"]]
    assert events[-2:] == ["meeting.participant_role_changed", "recording.started"]
    assert listener.signals[-1].provider_id == handle.provider_id


async def test_a_meeting_made_past_us_is_told(zoom: Emulated, listener: Listener) -> None:
    made = await zoom.do("meetings", host=HOST, topic="Not ours")
    await zoom.do("webhooks/flush")
    (signal,) = listener.signals
    assert (signal.kind, signal.provider_id) == (SignalKind.CREATED, str(made["id"]))
