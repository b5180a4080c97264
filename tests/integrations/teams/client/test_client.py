"""The client against an emulated tenant: a meeting from its making to its end."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from integrations.teams.client import TeamsClient
from service.errors import NotClear, ProviderBusy, ProviderGone, ProviderRefused
from service.ports import Abilities, Draw, MeetingHandle, Seat
from tests.builders import ENDS, NOW, STARTS, a_clearance
from tests.integrations.teams.client.parts import (
    HOST,
    OTHER_HOST,
    REFERENCE,
    SECOND,
    TUTOR,
    Tenant,
    client_of,
    plan,
)


async def made(client: TeamsClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


def test_what_teams_cannot_do_is_said(client: TeamsClient) -> None:
    assert client.abilities == Abilities(
        ends_calls=False, finds_by_reference=False, personal_links=False
    )


@pytest.mark.pitfall(42)
async def test_a_meeting_is_made_as_asked_and_read_back_without_weakness(
    client: TeamsClient,
) -> None:
    handle = await made(client)
    facts = await client.read_meeting(handle)
    assert facts.weaknesses == ()
    assert facts.handle == handle
    assert facts.reference == REFERENCE
    assert facts.starts_at == STARTS
    assert facts.holder == SECOND.user_id
    assert len(facts.passcode.get_secret_value()) == 8
    assert facts.created_at == NOW


async def test_chat_while_the_call_runs_may_be_chosen(tenant: Tenant) -> None:
    client = client_of(tenant, chat="limited")
    handle = await made(client)
    assert (await client.read_meeting(handle)).weaknesses == ()
    (meeting,) = await tenant.meetings()
    assert meeting["settings"]["allowMeetingChat"] == "limited"
    assert (await client_of(tenant).read_meeting(handle)).weaknesses == ("allowMeetingChat",)


@pytest.mark.pitfall(70)
async def test_nothing_that_identifies_a_child_reaches_microsoft(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await client.enrol(handle, Seat.TUTOR, "T7Q2XM")
    await client.enrol(handle, Seat.HOUSEHOLD, "H8WZ3P")
    await client.end_meeting(handle)
    told = str((await tenant.see("calls"))["calls"])
    for word in ("Fractions", "child_1", "parent_1", "session_1", "T7Q2XM", "H8WZ3P"):
        assert word not in told


# --- refused before anything is asked -------------------------------------------------------------


async def test_a_stale_clearance_makes_nothing(client: TeamsClient, tenant: Tenant) -> None:
    tenant.clock.advance(timedelta(seconds=61))
    with pytest.raises(NotClear):
        await made(client)
    assert await tenant.calls("create_meeting") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": STARTS - timedelta(minutes=1)},
        {"ends_at": ENDS + timedelta(minutes=1)},
        {"second_staff_account": SecretStr("")},
        {"tutor_account": SecretStr("")},
        {"tutor_account": SecretStr(SECOND.upn.upper())},
    ],
)
async def test_a_plan_beyond_the_clearance_or_without_two_people_makes_nothing(
    client: TeamsClient, tenant: Tenant, changes: dict[str, object]
) -> None:
    with pytest.raises(NotClear):
        await client.create_meeting(a_clearance(), plan(**changes))
    assert await tenant.calls("create_meeting") == []


class Emptied:
    """A budget that has run out; it keeps what was drawn."""

    def __init__(self) -> None:
        self.drawn: list[tuple[Draw, ...]] = []

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        self.drawn.append(draws)
        assert not for_safety
        raise ProviderBusy(retry_at=NOW + timedelta(hours=1))


async def test_an_empty_budget_makes_nothing_and_says_until_when(tenant: Tenant) -> None:
    budget = Emptied()
    with pytest.raises(ProviderBusy) as fault:
        await made(client_of(tenant, budget=budget))
    assert fault.value.retry_at == NOW + timedelta(hours=1)
    assert budget.drawn == [(Draw(f"teams:meetings:{HOST}", 62, timedelta(days=1)),)]
    assert await tenant.calls("create_meeting") == []


async def test_a_clearance_that_ages_while_the_budget_is_asked_is_too_old(tenant: Tenant) -> None:
    class Slow:
        async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
            tenant.clock.advance(timedelta(seconds=61))

    with pytest.raises(NotClear):
        await made(client_of(tenant, budget=Slow()))
    assert await tenant.calls("create_meeting") == []


# --- refused by Microsoft -------------------------------------------------------------------------


async def test_an_account_without_an_access_policy_is_refused_in_plain_words(
    client: TeamsClient,
) -> None:
    with pytest.raises(ProviderRefused) as fault:
        await client.create_meeting(a_clearance(), plan(host_account=OTHER_HOST))
    assert "access policy" in fault.value.sentence
    assert OTHER_HOST not in f"{fault.value!r} {fault.value.details}"


@pytest.mark.parametrize(
    "host", ["2a2a2a2a-0000-4000-8000-999999999999", "rooms-1@tuition.example"]
)
async def test_a_host_that_is_not_an_object_id_in_use_is_refused(
    client: TeamsClient, host: str
) -> None:
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan(host_account=host))


async def test_staff_whom_the_tenant_does_not_know_cannot_hold_a_room(
    client: TeamsClient, tenant: Tenant
) -> None:
    stranger = SecretStr("someone@elsewhere.example")
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan(second_staff_account=stranger))
    assert await tenant.meetings() == []


async def test_the_limit_of_a_month_is_busy_and_not_refused(
    client: TeamsClient, tenant: Tenant
) -> None:
    await tenant.do("options", meetings_per_month=0)
    with pytest.raises(ProviderBusy):
        await made(client)


# --- ways in --------------------------------------------------------------------------------------


async def test_the_tutor_is_known_by_account_and_a_household_by_its_code(
    client: TeamsClient,
) -> None:
    handle = await made(client)
    tutor = await client.enrol(handle, Seat.TUTOR, "T7Q2XM")
    family = await client.enrol(handle, Seat.HOUSEHOLD, "K7Q2XM")
    assert (tutor.door_code, tutor.registrant_id) == ("T7Q2XM", TUTOR.user_id)
    assert (family.door_code, family.registrant_id) == ("K7Q2XM", "K7Q2XM")
    start = await client.host_start_link(handle)
    assert tutor.url == family.url == start
    assert start.get_secret_value().startswith("https://teams.microsoft.com/l/meetup-join/")
    assert start.get_secret_value() not in f"{tutor!r} {family!r}"
    assert family == await client.enrol(handle, Seat.HOUSEHOLD, "K7Q2XM")


async def test_a_link_that_leads_elsewhere_is_handed_to_nobody(tenant: Tenant) -> None:
    handle = await made(client_of(tenant))
    distrustful = client_of(tenant, link_origins=("https://teams.example",))
    with pytest.raises(ProviderRefused):
        await distrustful.enrol(handle, Seat.HOUSEHOLD, "K7Q2XM")
    with pytest.raises(ProviderRefused):
        await distrustful.host_start_link(handle)


async def test_there_is_nothing_to_find_or_to_take_back(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    asked = len((await tenant.see("calls"))["calls"])
    assert await client.find_meetings(HOST, REFERENCE) == ()
    await client.revoke(handle, {"K7Q2XM": "K7Q2XM"})
    assert len((await tenant.see("calls"))["calls"]) == asked


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.pitfall(54)
async def test_an_end_tightens_the_room_and_moves_no_time(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await client.end_meeting(handle)
    (meeting,) = await tenant.meetings()
    held = meeting["settings"]
    assert held["lobbyBypassSettings"]["scope"] == "organizer"
    assert held["allowedPresenters"] == "organizer"
    assert held["allowAttendeeToEnableMic"] is False
    assert held["allowAttendeeToEnableCamera"] is False
    assert held["allowMeetingChat"] == "disabled"
    facts = await client.read_meeting(handle)
    assert facts.starts_at == STARTS
    assert not facts.running


async def test_an_end_of_what_is_not_there_says_so(client: TeamsClient, tenant: Tenant) -> None:
    handle = await made(client)
    await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.end_meeting(handle)


@pytest.mark.pitfall(45)
async def test_a_deleted_meeting_is_tight_and_gone_until_somebody_opens_its_link(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.read_meeting(handle)
    await client.delete_meeting(handle)
    child = await tenant.opens(url, "K7Q2XM")
    assert child["place"] == "lobby"
    facts = await client.read_meeting(handle)
    assert "allowedPresenters" in facts.weaknesses
    await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.read_meeting(handle)
