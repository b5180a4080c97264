"""Who is told what: leaves and providers learn of nobody, and every message has its copy."""

import json
import re
from collections import Counter

from service.audit.leaves import Leaf
from tests.integrations.teams import graph
from tests.recorded import Known


def _mentions(text: str, words: list[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words)


def no_leaf_holds_personal_data(known: Known) -> None:
    """Leaves stay for ever, so they hold pseudonyms and enumerations alone (pitfall 59)."""
    purposes = [row["purpose"] for row in known.rows["sessions"] if row["purpose"].strip()]
    ids = [row["id"] for table in ("children", "parents", "staff") for row in known.rows[table]]
    doors = [row["door_code"] for row in known.rows["ways_in"]]
    words = [*known.people, *known.secrets, *purposes, *ids, *doors]
    for row in known.rows["entries"]:
        text = row["leaf"].decode()
        assert not _mentions(text, words), f"personal data in a leaf of {row['kind']}"
        assert Leaf.from_bytes(row["leaf"]).to_bytes() == row["leaf"]


def the_provider_knows_nobody(known: Known) -> None:
    """Nothing that identifies a child or parent leaves for a provider (POL-07), and nothing of
    staff but their own accounts, where those hold the room."""
    purposes = [row["purpose"] for row in known.rows["sessions"] if row["purpose"].strip()]
    ids = [row["id"] for table in ("children", "parents", "staff") for row in known.rows[table]]
    staff_of_the_room = known.accounts if known.provider == "teams" else []
    people = [one for one in known.people if one not in staff_of_the_room]
    for call in known.provider_calls:
        text = f"{call['path']} {call['body']}"
        assert not _mentions(text, [*people, *purposes, *ids]), f"in {call['name']}"


def every_request_has_the_documented_form(known: Known) -> None:
    """Microsoft documents what its calls take; ours hold to it, to the last field."""
    for call in known.provider_calls if known.provider == "teams" else ():
        if call["name"] != "token":
            body = json.loads(call["body"]) if call["body"] else None
            graph.check_request(call["method"], call["path"], body)


def every_message_has_one_copy_without_a_link(known: Known) -> None:
    """Each message to a parent has one copy for the organisation, and it opens nothing (POL-22)."""
    copies = Counter(row["copy_of"] for row in known.letters if row["copy_of"] is not None)
    assert copies == Counter(row["id"] for row in known.letters if row["copy_of"] is None)
    assert not any("/p/" in row["text"] for row in known.letters if row["copy_of"] is not None)
