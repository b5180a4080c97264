"""Forbidden writes about children, what families say, and what they are sent."""

from tests.store.schema.forbidden.write import Forbidden
from tests.store.schema.lessons import DEPARTURE, SECOND_DEVICE, SLIP
from tests.store.schema.people import child
from tests.store.schema.rows import AT, consent, message, pledge

FAMILIES = {
    "a child restricted for a reason that is an adult's": Forbidden(
        "ck_children_restriction_known", "children", child("child_9", restriction="no_contact")
    ),
    "a second code for one purpose while one stands": Forbidden(
        "uq_slips_standing", "slips", SLIP | {"id": "slip_2", "code_hash": "h9"}
    ),
    "a code that ended for no reason": Forbidden(
        "ck_slips_ended_with_reason",
        "slips",
        SLIP | {"id": "slip_2", "code_hash": "h9", "ended_at": AT},
    ),
    "a code for nothing we know": Forbidden(
        "ck_slips_purpose_known",
        "slips",
        SLIP | {"id": "slip_2", "code_hash": "h9", "purpose": "host"},
    ),
    "one code twice": Forbidden(
        "uq_slips_code_hash", "slips", SLIP | {"id": "slip_2", "purpose": "second_device"}
    ),
    "a second device beside another of the same household": Forbidden(
        "uq_second_devices_standing", "second_devices", SECOND_DEVICE | {"id": "seconddevice_2"}
    ),
    "a departure by telephone that nobody took down": Forbidden(
        "ck_departures_taken_down_by_a_person",
        "departures",
        DEPARTURE | {"id": "departure_2", "route": "phone"},
    ),
    "a place in a ledger twice": Forbidden(
        "uq_consents_child_id_position", "consents", consent("c", 1)
    ),
    "a spoken word that nobody took down": Forbidden(
        "ck_consents_taken_down_by_a_person", "consents", consent("c", 2, route="phone")
    ),
    "a word taken down without evidence": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, route="phone", recorded_by="staff_1"),
    ),
    "a word by link that staff recorded": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, recorded_by="staff_1", evidence="x"),
    ),
    "a consent of an unknown kind": Forbidden(
        "ck_consents_kind_known", "consents", consent("c", 2, kind="perhaps")
    ),
    "a second standing promise": Forbidden("uq_pledges_standing", "pledges", pledge("p")),
    "a message to nobody": Forbidden(
        "ck_messages_to_a_parent_or_a_copy", "messages", message("m", parent_id=None)
    ),
}
