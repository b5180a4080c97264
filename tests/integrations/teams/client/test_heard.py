"""What a listening hook hears of a call on an emulated tenant."""

from datetime import timedelta

import pytest

from service.errors import NotSignedIn
from service.ports import SignalKind
from tests.builders import NOW
from tests.integrations.teams.client.parts import REFERENCE, SECOND, TUTOR, Tenant
from tests.integrations.teams.client.rooms import Watched


@pytest.mark.parametrize("case", ["pascal", "camel"])
@pytest.mark.parametrize("form", ["guest", "user"])
async def test_a_whole_call_is_heard_by_ids_alone(
    room: Watched, tenant: Tenant, case: str, form: str
) -> None:
    await tenant.do("options", keys_case=case, guest_identity=form)
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    second = await room.second_staff_come()
    tutor = await tenant.opens(room.url, "Tina", as_=TUTOR.upn)
    child = await tenant.opens(room.url, "k7q2xm")
    stranger = await tenant.opens(room.url, "Ada Lovelace")
    await tenant.person_does(child["person"], "admit")
    for person in (child["person"], stranger["person"], tutor["person"], second):
        await tenant.person_does(person, "leave")
    await tenant.flush()
    told = [(signal.kind, signal.registrant_id) for signal in room.hook.signals]
    assert told == [
        (SignalKind.STARTED, ""),
        (SignalKind.JOINED, SECOND.user_id),
        (SignalKind.WAITING, TUTOR.user_id),
        (SignalKind.WAITING, "K7Q2XM"),
        (SignalKind.WAITING, ""),
        (SignalKind.JOINED, "K7Q2XM"),
        (SignalKind.LEFT, "K7Q2XM"),
        (SignalKind.LEFT, ""),
        (SignalKind.LEFT, TUTOR.user_id),
        (SignalKind.LEFT, SECOND.user_id),
        (SignalKind.ENDED, ""),
    ]
    assert {signal.reference for signal in room.hook.signals} == {REFERENCE}
    assert {signal.happened_at for signal in room.hook.signals} == {NOW}
    assert room.hook.signals[1].account_id == SECOND.user_id
    assert len({signal.digest for signal in room.hook.signals}) == len(told)
    assert room.hook.refused == []
    for name in ("Ada", "Tina", "tuition.example", "teams.microsoft.com"):
        assert name not in repr(room.hook.heard)


async def test_a_rejoin_is_another_connection_of_the_same_person(
    room: Watched, tenant: Tenant
) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    second = await room.second_staff_come()
    other = await tenant.opens(room.url, "Tina", as_=TUTOR.upn)
    await tenant.person_does(other["person"], "admit")
    await tenant.person_does(second, "leave")
    await tenant.person_does(second, "rejoin")
    await tenant.flush()
    seen = [one for one in room.hook.signals if one.account_id == SECOND.user_id]
    assert [one.kind for one in seen] == [SignalKind.JOINED, SignalKind.LEFT, SignalKind.JOINED]
    assert seen[0].connection == seen[1].connection != seen[2].connection


async def test_people_of_whom_teams_tells_nothing_are_not_made_up(
    room: Watched, tenant: Tenant
) -> None:
    await tenant.do("options", guest_identity="none", call_ended_when_all_left=False)
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    second = await room.second_staff_come()
    await tenant.opens(room.url, "K7Q2XM")
    await tenant.person_does(second, "leave")
    assert await room.kinds() == [SignalKind.STARTED, SignalKind.JOINED, SignalKind.LEFT]


async def test_a_call_that_ran_before_the_watch_is_not_heard(room: Watched) -> None:
    await room.second_staff_come()
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    assert await room.kinds() == []


async def test_several_items_in_one_body_are_all_heard(room: Watched, tenant: Tenant) -> None:
    await tenant.do("options", items_per_body=10)
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.do("webhooks", mode="hold")
    await tenant.person_does(await room.second_staff_come(), "leave")
    await tenant.do("webhooks/release")
    assert len(await room.kinds()) == 4
    assert len(room.hook.heard) == 1


@pytest.mark.pitfall(47)
async def test_what_is_delivered_twice_has_the_same_digest(room: Watched, tenant: Tenant) -> None:
    await tenant.do("webhooks", mode="double")
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await room.second_staff_come()
    assert len(await room.kinds()) == 4
    assert len({signal.digest for signal in room.hook.signals}) == 2


FORGERIES = ["token", "appid", "audience", "issuer", "tenant", "expired", "missing", "signature"]


@pytest.mark.parametrize("form", FORGERIES)
async def test_a_forged_notification_is_not_heard(room: Watched, tenant: Tenant, form: str) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.do("webhooks", mode="forged", form=form)
    await room.second_staff_come()
    assert await room.kinds() == []
    assert {type(error) for error in room.hook.refused} == {NotSignedIn}


async def test_a_notification_under_another_client_state_is_not_heard(
    room: Watched, tenant: Tenant
) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await tenant.do("webhooks", mode="wrong_state")
    await room.second_staff_come()
    assert await room.kinds() == []
    assert {type(error) for error in room.hook.refused} == {NotSignedIn}


async def test_new_keys_of_microsoft_are_fetched(room: Watched, tenant: Tenant) -> None:
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    second = await room.second_staff_come()
    assert len(await room.kinds()) == 2
    await tenant.pass_time(timedelta(minutes=2))
    await tenant.do("keys/rotate")
    await tenant.person_does(second, "leave")
    assert len(await room.kinds()) == 4


async def test_where_second_staff_must_wait_too_nobody_is_in(room: Watched, tenant: Tenant) -> None:
    """Whether co-organisers pass the lobby is not settled by Microsoft: if not, nothing begins."""
    await tenant.do("options", coorganizers_pass_lobby=False)
    await room.watcher.watch_meeting(room.handle, REFERENCE)
    await room.second_staff_come()
    await tenant.opens(room.url, "K7Q2XM")
    assert SignalKind.JOINED not in await room.kinds()
