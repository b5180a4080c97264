"""What Zoom is told of the holder of a way in."""

from dataclasses import replace

from integrations.zoom.registrants import registrant_address, registrant_body
from service.ports import MeetingHandle, Seat

HANDLE = MeetingHandle("host@tuition.example", "87654321098")


def test_a_registrant_is_role_and_door_code_and_an_address_that_says_nothing() -> None:
    address = registrant_address(HANDLE, "D4F-2", "door.invalid")
    body = registrant_body(Seat.HOUSEHOLD, "D4F-2", address)
    assert body == {
        "email": address,
        "first_name": "Household",
        "last_name": "D4F-2",
        "auto_approve": True,
    }
    assert "D4F" not in address
    assert address == registrant_address(HANDLE, "D4F-2", "door.invalid")
    elsewhere = replace(HANDLE, provider_id="1")
    assert address != registrant_address(elsewhere, "D4F-2", "door.invalid")
    assert address != registrant_address(HANDLE, "D4F-3", "door.invalid")
