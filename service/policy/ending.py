"""Why a safeguarding lead ends a running session, and what the families are told of it (POL-42).

The lead's own words stay on record. Families get a reviewed sentence by the kind of reason: there is
no free text to a family (POL-24), and nothing in it tells one family about another.
"""

from collections.abc import Mapping
from enum import StrEnum


class EndKind(StrEnum):
    """Of what kind the lead's reason is."""

    ADULT_MISSING = "adult_missing"
    STRANGER = "stranger"
    CONDUCT = "conduct"
    OTHER = "other"


TOLD: Mapping[EndKind, str] = {
    EndKind.ADULT_MISSING: "An adult who has to be there was not.",
    EndKind.STRANGER: "Somebody was in the call, or may have been, who does not belong there.",
    EndKind.CONDUCT: "Something in the call was not as our policy requires. We look into it.",
    EndKind.OTHER: "It could not go on safely.",
}
"""The sentence in the message to the families."""
