"""Who is on the register of staff twice, or is family of somebody on record."""

from pydantic import SecretStr

from service.policy.people import StaffId
from service.workflows.staff import register
from tests.world import ADMIN, World, a_colleague


async def a_second_entry_of_the_tutor(world: World) -> StaffId:
    """The tutor is on the register twice, with one telephone number and two accounts."""
    other = await a_colleague(world.house, "T. Theodor", "theodor", phone="07700 900999")
    theo = register.PutStaff(
        SecretStr("Theo"),
        SecretStr("theo@tuition.example"),
        SecretStr("07700 900999"),
        staff_id=world.tutor,
    )
    await world.house.do(register.put_staff, theo, ADMIN)
    return other


async def is_family(world: World, staff_id: StaffId, person_id: str) -> None:
    """Somebody on the staff is declared family of a child or of an adult on its record."""
    declared = register.DeclareRelation(staff_id, person_id)
    await world.house.do(register.declare_relation, declared, ADMIN)
