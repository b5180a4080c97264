"""Lead and deputy on duty with telephones, an alert, and how often either was rung."""

from service.policy.duty_rota import Channel, Standing
from service.policy.people import SessionId, StaffId
from service.store.alerts import duty_rota as rota_store
from service.workflows.alerts import duty_rota
from tests.office import designate, on_duty
from tests.stories.test_alerts import raised
from tests.world import ADMIN, World, a_colleague, book

LEAD_PHONE, DEPUTY_PHONE = "07700900001", "07700900002"
LEAD_MAIL, OFFICE_MAIL = "lena@tuition.example", "cora@tuition.example"


async def nobody_is_on_the_rota(world: World) -> None:
    """The rota as the world makes it is taken away; both stay designated."""
    for kept in await world.house.read(rota_store.turns):
        await world.house.do(duty_rota.end_turn, duty_rota.EndTurn(kept.turn_id), ADMIN)


async def rung_people(world: World, *places: tuple[str, str]) -> list[StaffId]:
    """Lead and deputy with telephones, on duty in this order; nobody else is."""
    await nobody_is_on_the_rota(world)
    people = []
    for place, (name, phone) in enumerate(places, 1):
        staff_id = await a_colleague(world.house, name.title(), name, phone=phone)
        await designate(world.house, staff_id, Standing.LEAD, Channel.SMS)
        await on_duty(world.house, staff_id, place=place)
        people.append(staff_id)
    return people


async def lead_and_deputy(world: World) -> list[StaffId]:
    return await rung_people(world, ("lena", LEAD_PHONE), ("dev", DEPUTY_PHONE))


def rings(world: World, phone: str = "") -> int:
    return len(world.house.telephones.texts(phone))


async def an_alert(world: World, code: str = "second_staff_missing") -> SessionId:
    session_id = await book(world)
    await raised(world, code, session_id)
    await world.house.settle()
    return session_id
