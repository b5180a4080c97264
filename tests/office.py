"""What the office sets up before anybody is booked: a policy, an account for rooms, a duty rota."""

from datetime import date, time, timedelta

from service.policy.duty_rota import Channel, Designated, Standing, Turn
from service.policy.people import HostId, StaffId
from service.store.consents.policies import PolicyVersion
from service.workflows.alerts import duty_rota
from service.workflows.staff import accounts
from tests.harness import House


async def publish(
    house: House, version: str, *, fresh: bool = False, agree_by: date | None = None
) -> None:
    """A policy version with a review date ahead."""
    today = house.clock.now().date()
    await house.do(
        accounts.publish_policy,
        PolicyVersion(
            version, "The board", "Be kind.", today + timedelta(days=300), fresh, agree_by
        ),
    )


async def designate(
    house: House, staff_id: StaffId, standing: Standing, *channels: Channel
) -> None:
    """Somebody whom alerts reach, by e-mail unless said otherwise."""
    person = Designated(staff_id, standing, channels or (Channel.EMAIL,))
    await house.do(duty_rota.designate, duty_rota.Designate(person))


async def on_duty(
    house: House,
    staff_id: StaffId,
    starts: str = "00:00",
    ends: str = "00:00",
    *,
    weekdays: frozenset[int] = frozenset(range(7)),
    place: int = 1,
) -> str:
    """Hours on the duty rota: at any time on every day, unless said otherwise."""
    first_day = house.clock.now().date() - timedelta(days=1)
    hours = (time.fromisoformat(starts), time.fromisoformat(ends))
    turn = Turn(staff_id, weekdays, *hours, first_day, None, place)
    turn_id: str = await house.do(duty_rota.set_turn, duty_rota.SetTurn(turn))
    return turn_id


async def a_host(house: House, number: int, *custodians: StaffId) -> HostId:
    """One of the emulated accounts."""
    host_id: HostId = await house.do(
        accounts.put_host,
        accounts.PutHost(
            house.rooms.provider, house.rooms.host_accounts[number], "tuition.example", custodians
        ),
    )
    return host_id
