"""Who gets a personal way into a meeting, and under which code the provider knows them (POL-07)."""

import secrets
from dataclasses import dataclass

from service.policy.admission import Place
from service.policy.clearance import Clearance
from service.ports import MeetingHandle, MeetingProvider, Seat, WayIn

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
DIGITS = "23456789"


@dataclass(frozen=True)
class SeatFor:
    """Somebody who gets a personal way in, known to the provider by a door code alone."""

    seat: Seat
    place: Place
    subject_id: str
    door_code: str


def seats_of(clearance: Clearance) -> tuple[SeatFor, ...]:
    """Who gets a way in: the tutor, and one household for each cleared child."""
    tutor = SeatFor(Seat.TUTOR, Place.TUTOR, clearance.case.tutor.staff_id, door_code())
    return (
        tutor,
        *(
            SeatFor(Seat.HOUSEHOLD, Place.HOUSEHOLD, child.child_id, door_code())
            for child in clearance.children
        ),
    )


def door_code(length: int = 6) -> str:
    """A short code that says nothing about anyone; no letters that look like digits.

    It always holds a digit, so that nobody's name has the form of a code.
    """
    while True:
        code = "".join(secrets.choice(LETTERS + DIGITS) for _ in range(length))
        if not code.isalpha():
            return code


async def enrol(
    provider: MeetingProvider, handle: MeetingHandle, seats: tuple[SeatFor, ...]
) -> dict[SeatFor, WayIn]:
    """One personal way in for each; the provider sees role and door code alone (POL-07)."""
    return {seat: await provider.enrol(handle, seat.seat, seat.door_code) for seat in seats}
