"""What a giver and a child are asked to agree to, word for word; it is stored with every answer.

Where the safeguarding lead has adopted the cover mode `visiting`, second staff may visit several
sessions in turn. That is an interpretation of POL-03, so whoever agrees is told so in these words. They
name the most rooms and the longest time between visits that any setting allows: a stricter setting keeps
them true.
"""

from service.policy.consent import Purpose
from service.policy.organisation import Organisation
from service.policy.people import Child
from service.policy.session import CoverMode

WORDING = {
    Purpose.TAKE_PART: (
        "I agree that my child takes part in video sessions of this organisation. A second member "
        "of staff supports every session. An adult I name below is present with my child each "
        "time. Nothing is recorded. I have read the policy and the code of conduct and agree to "
        "them. I can withdraw at any time, without a reason."
    ),
    Purpose.RECORD: (
        "I agree that sessions with my child may be recorded. I can withdraw at any time, without "
        "a reason."
    ),
}
"""What a giver agrees to."""

CHILD_WORDING = (
    "I am kind in sessions and say so when something feels wrong. I keep my link to myself, I do not "
    "record, and I do not write to my tutor outside of sessions. An adult of mine and a second member "
    "of staff are there every time. I may stop at any time."
)
"""What a child is asked to agree to, with the parent's help (POL-31)."""

OWN_WORDING = {
    Purpose.TAKE_PART: (
        "I am 18 or older and agree to take part in video sessions of this organisation. A second "
        "member of staff supports every session. Nothing is recorded. I have read the policy and "
        "the code of conduct and agree to them. I can withdraw at any time, without a reason."
    ),
    Purpose.RECORD: (
        "I am 18 or older and agree that my sessions may be recorded. I can withdraw at any time, "
        "without a reason."
    ),
}
"""What a student agrees to from the 18th birthday on."""


WORDING_VISITING = (
    "I agree that my child takes part in video sessions of this organisation. A second member of "
    "staff supports every session. They may visit up to three sessions in turn: they are in each "
    "before the child is let in, come again at the latest every 15 minutes, and can be called at any "
    "time. An adult I name below is present with my child each time. Nothing is recorded. I have "
    "read the policy and the code of conduct and agree to them. I can withdraw at any time, without "
    "a reason."
)
"""`WORDING` for taking part, where second staff may visit."""

OWN_WORDING_VISITING = (
    "I am 18 or older and agree to take part in video sessions of this organisation. A second member "
    "of staff supports every session. They may visit up to three sessions in turn: they are in each "
    "before I am let in, come again at the latest every 15 minutes, and can be called at any time. "
    "Nothing is recorded. I have read the policy and the code of conduct and agree to them. I can "
    "withdraw at any time, without a reason."
)
"""`OWN_WORDING` for taking part, where second staff may visit."""

CHILD_WORDING_VISITING = (
    "I am kind in sessions and say so when something feels wrong. I keep my link to myself, I do not "
    "record, and I do not write to my tutor outside of sessions. An adult of mine is there every time. "
    "A second member of staff is there at the beginning and comes in again and again. I may stop at "
    "any time."
)
"""`CHILD_WORDING`, where second staff may visit."""


def asks_about_visits(organisation: Organisation) -> bool:
    """Whether the words put to families now say that second staff may visit."""
    return CoverMode.VISITING in organisation.cover_modes


def wording_for(purpose: Purpose, child: Child, *, visits: bool) -> str:
    """The words put to a giver: about their child, or about themselves once of age (pitfall 7)."""
    if purpose is Purpose.TAKE_PART and visits:
        return OWN_WORDING_VISITING if child.is_of_age else WORDING_VISITING
    return (OWN_WORDING if child.is_of_age else WORDING)[purpose]


def child_wording_for(*, visits: bool) -> str:
    """The words put to a child."""
    return CHILD_WORDING_VISITING if visits else CHILD_WORDING
