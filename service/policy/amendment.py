"""What changed of a session, and what that voids (POL-21; pitfalls 20, 23)."""

from enum import StrEnum

from service.policy.session import Session, SessionState


class Part(StrEnum):
    """A part of a session that can be changed before it begins."""

    TIME = "time"
    PURPOSE = "purpose"
    CHILDREN = "children"
    TUTOR = "tutor"


class Voided(StrEnum):
    """What a change ends: it has to be given, or made, anew."""

    PLEDGES = "pledges"
    ACCEPTANCE = "acceptance"
    MEETING = "meeting"


OF_THE_TERMS = frozenset({Part.TIME, Part.PURPOSE, Part.CHILDREN})
"""What a promise is given for. The tutor is not among it: families are told, and may say no."""


def changed_parts(before: Session, after: Session) -> tuple[Part, ...]:
    """Which parts differ."""
    differ = {
        Part.TIME: (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at),
        Part.PURPOSE: before.purpose != after.purpose,
        Part.CHILDREN: set(before.children) != set(after.children),
        Part.TUTOR: before.tutor_id != after.tutor_id,
    }
    return tuple(part for part, differs in differ.items() if differs)


def voided_by(parts: tuple[Part, ...], state: SessionState) -> tuple[Voided, ...]:
    """What ends with a change of these parts.

    New terms void promises and acceptance. Any change ends a meeting that is there or being made:
    its ways in belong to the people, and it to the time, of before.
    """
    voided = []
    if OF_THE_TERMS.intersection(parts):
        voided += [Voided.PLEDGES, Voided.ACCEPTANCE]
    if parts and state is not SessionState.BOOKED:
        voided.append(Voided.MEETING)
    return tuple(voided)
