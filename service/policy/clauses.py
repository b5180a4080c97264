"""The clauses of the online safety policy, how each is met, and what enforces those that are gates.

A *gate* lets nothing happen until it holds; a *guard* is watched while a session runs; a *record* is
evidence kept; what is *shown* is told to people at the right moment. Most gates are rules of a clear
case and stand in `rules.RULES`. The others hold by construction: each is named here, with its place.
"""

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """How this service meets a clause."""

    GATE = "gate"
    GUARD = "guard"
    RECORD = "record"
    SHOW = "show"


@dataclass(frozen=True)
class Clause:
    """One clause, in short."""

    number: str
    sentence: str
    how: tuple[How, ...]


@dataclass(frozen=True)
class Enforcement:
    """A gate that is no rule of a clear case. `place` names the file and what in it does it."""

    number: str
    clauses: tuple[str, ...]
    sentence: str
    place: str


_G, _W, _R, _S = How.GATE, How.GUARD, How.RECORD, How.SHOW

CLAUSES: tuple[Clause, ...] = (
    Clause("POL-01", "Sessions are password-protected and closed to strangers.", (_G,)),
    Clause("POL-02", "A parent is present at home at every session.", (_G, _W, _R)),
    Clause("POL-03", "A second member of staff supports every session.", (_G, _W, _R)),
    Clause("POL-04", "Parents approve each means of communication with their child.", (_G,)),
    Clause("POL-05", "Nothing is recorded without the parents' permission.", (_G,)),
    Clause("POL-06", "Sessions and pages are private: invited people only.", (_G,)),
    Clause("POL-07", "Nothing that identifies a child is posted or passed on.", (_G,)),
    Clause("POL-08", "Law and good practice for video sessions are adhered to.", (_R,)),
    Clause("POL-10", "At least two members of staff can get at each account.", (_G,)),
    Clause("POL-11", "At least two designated members of staff watch the accounts.", (_W,)),
    Clause("POL-12", "Staff use accounts of the organisation, never their own.", (_G,)),
    Clause("POL-13", "Staff responsible for sessions are trained.", (_G,)),
    Clause("POL-20", "Contact goes through a parent, never to the child itself.", (_G,)),
    Clause("POL-21", "Each occasion has a purpose to which a parent agrees.", (_G,)),
    Clause("POL-22", "Another member of staff has a copy of every message.", (_R,)),
    Clause("POL-23", "Nothing happens outside the organisation's hours.", (_G,)),
    Clause("POL-24", "Messages inform and remind; they are no conversation.", (_G,)),
    Clause("POL-25", "Messages are not deleted.", (_R,)),
    Clause("POL-26", "Information travels by secure ways.", (_G,)),
    Clause("POL-30", "Staff know the policy and follow it.", (_G,)),
    Clause("POL-31", "Children know the rules for children and agree to them.", (_R, _G)),
    Clause("POL-32", "Parents know the policy and code of conduct and agree to them.", (_G,)),
    Clause("POL-33", "Guidance on online safety is at hand for parents.", (_S,)),
    Clause("POL-34", "The policy has a version, an owner and a review date.", (_R, _W)),
    Clause("POL-40", "Concerns go to the safeguarding lead at once, at any hour.", (_R,)),
    Clause("POL-41", "Staff seek the lead's advice with any concern.", (_S, _R)),
    Clause("POL-42", "What is not right is ended, and those affected are told.", (_W,)),
    Clause("POL-43", "A child who seeks contact is a matter for the lead.", (_R,)),
    Clause("POL-44", "Bullying online is covered.", (_R,)),
)

ELSEWHERE: tuple[Enforcement, ...] = (
    Enforcement(
        "E-01",
        ("POL-01", "POL-05", "POL-06"),
        "A meeting is read back after it was made and again before people come; one setting that is "
        "not as required (passcode, waiting room, nobody in before the host, no recording, no "
        "telephone, registration of invited people alone), and it is removed.",
        "service/workflows/meetings/finishing.py:finish",
    ),
    Enforcement(
        "E-02",
        ("POL-01", "POL-06"),
        "A way in is personal, stays in custody, and leaves it by an admission alone, which asks "
        "every question again at that instant.",
        "service/policy/admission.py:Admission",
    ),
    Enforcement(
        "E-03",
        ("POL-02",),
        "A family is let in once the adult who promised has said that they are there.",
        "service/policy/admission.py:has_checked_in",
    ),
    Enforcement(
        "E-04",
        ("POL-07",),
        "A meeting is asked for by an opaque reference; people are named by role and door code.",
        "service/ports/meetings.py:MeetingPlan",
    ),
    Enforcement(
        "E-05",
        ("POL-12",),
        "Nobody is put on the staff register with an account of another domain.",
        "service/workflows/staff/register.py:put_staff",
    ),
    Enforcement(
        "E-06",
        ("POL-20",),
        "The record of a child has no place for an address, mail or telephone number; a message is "
        "addressed to an adult on the record, or to the organisation.",
        "service/store/tables/people.py:ChildRow",
    ),
    Enforcement(
        "E-07",
        ("POL-21",),
        "A check-in is taken on the purpose shown and on no other.",
        "service/workflows/attending/presence.py:check_in",
    ),
    Enforcement(
        "E-08",
        ("POL-23",),
        "A message that is neither urgent nor about today's session waits for the hours.",
        "service/policy/messages.py:may_go_from",
    ),
    Enforcement(
        "E-09",
        ("POL-24",),
        "Only reviewed templates go out; no text of anybody's own reaches a family.",
        "service/policy/messages.py:TEMPLATES",
    ),
    Enforcement(
        "E-10",
        ("POL-26",),
        "A parent's link is random, stored as a digest, for one person and purpose, ends by itself "
        "and can be taken back.",
        "service/workflows/families/links.py:make_link",
    ),
    Enforcement(
        "E-11",
        ("POL-26",),
        "Nothing is attached to a message; exports are fetched by a signed-in reader.",
        "service/web/api/exports.py:ROUTES",
    ),
)

GATES = tuple(clause.number for clause in CLAUSES if How.GATE in clause.how)
"""The clauses that let nothing happen until they hold."""
