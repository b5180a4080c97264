"""What stands in the lists that people are brought in from: the columns of each.

One line of a families list is one child with up to four adults (more on further lines of the same
child); one line of a staff list is one member of staff; one line of a consents list is one paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from service.errors import InvalidInput
from service.policy.consent import ConsentKind, Purpose
from service.policy.people import Authority, Restriction
from service.policy.staff import CheckScheme
from service.web.api.parents import Language, Zone
from service.web.api.shapes import ExternalId, MailAddress, Name, PhoneNumber, Words
from service.web.bodies import Body, Instant, wrong

ADULTS_ON_A_LINE = 4


def _read_yes(value: object) -> bool:
    if value not in ("yes", "no"):
        raise wrong("not_yes_or_no", "This must be yes or no.")
    return value == "yes"


Yes = Annotated[bool, BeforeValidator(_read_yes)]
"""A cell that says yes or no: a cell is text, and has no other way to say it."""


class People(StrEnum):
    """Which list it is."""

    FAMILIES = "families"
    STAFF = "staff"
    CONSENTS = "consents"


class ChildCells(Body):
    """A child's part of a line."""

    child_id: Annotated[ExternalId, Field(description="your own id for the child")]
    child_name: Annotated[Name, Field(description="the child's name")]
    born_on: Annotated[date, Field(description="date of birth, like 2017-05-31")]
    looked_after: Annotated[Yes | None, Field(description="yes: in care (POL-03)")] = None
    visiting_never: Annotated[
        Yes | None, Field(description="yes: never in a room that is only visited (POL-03)")
    ] = None
    child_restriction: Annotated[
        Literal[Restriction.DO_NOT_CONTACT, Restriction.DECEASED] | None,
        Field(description="do_not_contact or deceased: nothing is sent about the child"),
    ] = None


class AdultCells(Body):
    """An adult's part of a line; the columns are `adult1_id`, `adult2_id` and so on."""

    id: Annotated[ExternalId, Field(description="your own id for the adult; one for all children")]
    name: Annotated[Name, Field(description="the adult's name")]
    email: Annotated[MailAddress | None, Field(description="mail address, if any")] = None
    phone: Annotated[PhoneNumber | None, Field(description="telephone number, if any")] = None
    language: Annotated[Language, Field(description="language of messages, like en or de")] = "en"
    zone: Annotated[Zone | None, Field(description="time zone, if not yours")] = None
    relation: Annotated[Words, Field(description="mother, foster carer, grandfather …")]
    authority: Annotated[Authority, Field(description="why they may consent, or none")]
    document: Annotated[
        Words | None, Field(description="the paper the authority rests on, if delegated or local")
    ] = None
    document_on: Annotated[date | None, Field(description="date of that paper")] = None
    until: Annotated[date | None, Field(description="last day of a delegation")] = None
    restriction: Annotated[
        Literal[Restriction.NO_CONTACT, Restriction.DO_NOT_CONTACT, Restriction.DECEASED] | None,
        Field(description="no_contact (a court's), do_not_contact or deceased: nothing is sent"),
    ] = None
    hidden: Annotated[
        Yes | None, Field(description="yes: address and number are for the lead alone")
    ] = None


class StaffCells(Body):
    """A line of a staff list."""

    staff_id: Annotated[ExternalId, Field(description="your own id for the person")]
    name: Annotated[Name, Field(description="the person's name")]
    account: Annotated[
        MailAddress, Field(description="account of the organisation, never a personal one")
    ]
    phone: Annotated[PhoneNumber | None, Field(description="telephone number, if any")] = None
    left_on: Annotated[date | None, Field(description="last day, if gone")] = None
    check_seen_on: Annotated[date | None, Field(description="background check: seen on")] = None
    check_until: Annotated[date | None, Field(description="background check: trusted until")] = None
    check_scheme: Annotated[
        CheckScheme | None, Field(description="background check: by which scheme")
    ] = None
    training_seen_on: Annotated[date | None, Field(description="training: seen on")] = None
    training_until: Annotated[date | None, Field(description="training: good until")] = None
    policy_version: Annotated[
        Words | None, Field(description="version of the policy that was acknowledged")
    ] = None
    policy_seen_on: Annotated[date | None, Field(description="when it was acknowledged")] = None


class ConsentCells(Body):
    """A line of a consents list."""

    child_id: Annotated[ExternalId, Field(description="the child, by your id")]
    giver_id: Annotated[ExternalId, Field(description="the adult who signed, by your id")]
    purpose: Annotated[Purpose, Field(description="what for")]
    answer: Annotated[
        Literal[ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.WITHDRAWN],
        Field(description="what the paper says: given, refused or withdrawn"),
    ]
    document: Annotated[
        str, Field(min_length=1, max_length=200, description="where the paper can be found")
    ]
    signed_on: Annotated[date, Field(description="the day it was signed")]
    taken_by: Annotated[ExternalId, Field(description="who took it, by your staff id")]
    checked_by: Annotated[ExternalId, Field(description="who checked it: somebody else")]
    policy_version: Annotated[
        Words | None, Field(description="version of the policy that the paper names")
    ] = None
    present_adults: Annotated[
        str | None, Field(description="who may be the present adult: ids, a space between")
    ] = None
    valid_until: Annotated[
        Instant | None, Field(description="until when, like 2027-07-31T23:59:00Z; else for good")
    ] = None
    child_agrees: Annotated[
        Yes, Field(description="yes: the child has signed the rules for children too")
    ] = False
    says_visits: Annotated[
        Yes,
        Field(
            description="yes: its words say that second staff may visit several sessions in turn"
        ),
    ] = False
    answered_by: Annotated[
        ExternalId | None, Field(description="the deputy who signed, where the giver is a team")
    ] = None
    language: Annotated[
        Language, Field(description="language of the paper, like de or pl; else en")
    ] = "en"


@dataclass(frozen=True)
class Column:
    """One column of a list."""

    name: str
    needed: bool
    meaning: str


SHAPES: Mapping[People, tuple[tuple[str, type[Body]], ...]] = {
    People.FAMILIES: (
        ("", ChildCells),
        *((f"adult{number}_", AdultCells) for number in range(1, ADULTS_ON_A_LINE + 1)),
    ),
    People.STAFF: (("", StaffCells),),
    People.CONSENTS: (("", ConsentCells),),
}


def columns(people: People) -> tuple[Column, ...]:
    """Every column of a list, in the order an export writes them."""
    return tuple(
        Column(
            f"{prefix}{name}", field.is_required(), _meaning(field.description, field.annotation)
        )
        for prefix, shape in SHAPES[people]
        for name, field in shape.model_fields.items()
    )


def _meaning(description: str | None, annotation: object) -> str:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return f"{description}: {', '.join(each.value for each in annotation)}"
    return str(description)


def list_with(header: tuple[str, ...]) -> People:
    """Which list has this header. `InvalidInput` names every column that is unknown or missing."""
    for people, mark in MARKS.items():
        if mark in header:
            _must_have(people, header)
            return people
    raise InvalidInput(
        "The first line must name the columns; it names none by which a list is known "
        f"({', '.join(MARKS.values())})."
    )


MARKS = {
    People.FAMILIES: "child_name",
    People.STAFF: "account",
    People.CONSENTS: "giver_id",
}
"""The column by which each list is known."""


def _must_have(people: People, header: tuple[str, ...]) -> None:
    known = columns(people)
    unknown = sorted(set(header) - {column.name for column in known})
    twice = sorted({name for name in header if header.count(name) > 1})
    asked = [one.name for one in known if one.needed and not one.name.startswith("adult")]
    missing = sorted(set(asked) - set(header))
    told = {"Unknown columns": unknown, "Columns that are there twice": twice, "Missing": missing}
    wrong = [f"{what}: {', '.join(names)}." for what, names in told.items() if names]
    if wrong:
        raise InvalidInput(" ".join(wrong))


def described() -> str:
    """Every list with its columns, as Markdown, ending in a newline; the adults' columns once."""
    parts = [_described(people) for people in People]
    return "\n".join(parts)


def _described(people: People) -> str:
    rows = [
        f"| `{column.name}` | {'yes' if column.needed else ''} | {column.meaning} |"
        for column in columns(people)
        if not column.name.startswith(LATER_ADULTS)
    ]
    head = [
        f"### {people.value}.csv",
        "",
        "| column | needed | what stands in it |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


LATER_ADULTS = tuple(f"adult{number}_" for number in range(2, ADULTS_ON_A_LINE + 1))
