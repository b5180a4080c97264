"""Lists of people for tests, and who brings them in."""

import csv
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.people_lists import Call
from service.policy.people import Role
from tests.harness import Api, House, Reply
from tests.world import World

FAMILY = {
    "child_id": "K-1",
    "child_name": "Robin Marsh",
    "born_on": "2016-03-09",
    "adult1_id": "P-1",
    "adult1_name": "Ada Marsh",
    "adult1_email": "ada@marsh.example",
    "adult1_phone": "07700 900555",
    "adult1_zone": "Europe/Berlin",
    "adult1_relation": "mother",
    "adult1_authority": "parental_responsibility",
}
COLLEAGUE = {
    "staff_id": "S-1",
    "name": "Nell Hart",
    "account": "nell@tuition.example",
    "phone": "020 7946 0555",
    "check_seen_on": "2026-08-01",
    "check_until": "2028-08-01",
    "check_scheme": "dbs_enhanced",
    "training_seen_on": "2026-09-01",
    "training_until": "2027-08-31",
    "policy_version": "v3",
    "policy_seen_on": "2026-09-02",
}


def a_family_line(number: int, **changes: str) -> dict[str, str]:
    """A child with a mother, like no other."""
    return FAMILY | {
        "child_id": f"K-{number}",
        "child_name": f"Robin {number}",
        "adult1_id": f"P-{number}",
        "adult1_email": f"ada{number}@marsh.example",
        "adult1_phone": f"07{number:09d}",
        **changes,
    }


def lines(*cells: dict[str, str]) -> list[dict[str, Any]]:
    """Lines as the API takes them, the first of a file being its header."""
    return [{"line": number, "cells": one} for number, one in enumerate(cells, 2)]


def a_file(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """A CSV file as a spreadsheet saves it, with the columns of the first row."""
    rows = iter(rows)
    first = next(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(first), restval="")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
    return path


def bringer(world: World) -> Api:
    """The coordinator, who may put everything in the lists on record."""
    return world.house.api(Role.COORDINATOR, Role.ADMIN, subject=world.coordinator)


def a_call(house: House) -> Call:
    """The office, as the command line calls."""
    return _call(house, Role.COORDINATOR, Role.ADMIN)


def a_call_of_a_lead(house: House) -> Call:
    """The safeguarding lead, who may see every detail."""
    return _call(house, Role.DSL)


def _call(house: House, *roles: Role) -> Call:
    token = house.running.tokens.mint("staff_office", roles, timedelta(hours=1))
    return Call(house.session, house.base_url, token)


async def send(world: World, people: str, *cells: dict[str, str], **more: Any) -> Reply:
    """A list is brought in, or checked alone."""
    body = {"people": people, "lines": lines(*cells), **more}
    reply = await bringer(world).post("/v1/imports", body)
    assert reply.status == 200, reply.text
    return reply


def outcomes(reply: Reply) -> list[str | None]:
    """What came of each line."""
    return [line["outcome"] for line in reply.body["lines"]]


def problems(reply: Reply) -> dict[int, set[tuple[str, str]]]:
    """What keeps a line out, by line: column and code."""
    return {
        line["line"]: {(one["column"], one["code"]) for one in line["problems"]}
        for line in reply.body["lines"]
        if line["problems"]
    }


def doubts(reply: Reply) -> dict[int, set[str]]:
    """What is told of a line that is not kept out, by line."""
    return {
        line["line"]: {one["code"] for one in line["doubts"]}
        for line in reply.body["lines"]
        if line["doubts"]
    }


def a_paper(world: World, **changes: str) -> dict[str, str]:
    """The mother's yes on paper, as a line of a list."""
    return {
        "child_id": world.family.child,
        "giver_id": world.family.mother,
        "purpose": "take_part",
        "answer": "given",
        "document": "Folder 3, sheet 12",
        "signed_on": "2026-11-20",
        "taken_by": world.lead,
        "checked_by": world.second,
        "policy_version": "v3",
        "present_adults": world.family.mother,
        "child_agrees": "yes",
    } | changes
