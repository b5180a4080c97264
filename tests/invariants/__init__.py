"""What must hold of the whole house after every story, whatever happened in it."""

from tests.harness import House
from tests.invariants import disclosure, proofs, records, rooms
from tests.recorded import everything


async def check_everything(house: House) -> None:
    """Bring the house to rest, then hold every invariant against what is there."""
    await house.settle()
    known = await everything(house)
    rooms.every_create_call_was_intended_under_a_clearance(known)
    records.every_admission_has_an_entry_and_an_open_session(known)
    rooms.no_session_has_two_live_meetings(known)
    rooms.the_provider_holds_what_we_record(known)
    records.every_state_came_by_the_table_of_moves(known)
    records.every_record_has_its_entry(known)
    disclosure.no_leaf_holds_personal_data(known)
    rooms.no_way_in_outlives_its_meeting(known)
    disclosure.the_provider_knows_nobody(known)
    disclosure.every_request_has_the_documented_form(known)
    disclosure.every_message_has_one_copy_without_a_link(known)
    records.every_alert_is_of_a_known_kind(known)
    await house.read(proofs.the_log_proves_itself)
