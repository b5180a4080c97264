"""After the call: three statements, a closed session, and an inspector who need not trust anybody."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

from demo.cast import Person
from demo.crew import DemoFailed
from demo.receipt import check_receipt
from demo.stage import Stage, came_through, must_say

ALL_WELL = {"took_place": "yes", "adult_present": "yes", "second_staff_present": "yes"}

TOLD = (
    "session.booked",
    "second_staff.accepted",
    "pledge.made",
    "case.cleared",
    "meeting.opened",
    "person.admitted",
    "sighting.noted",
    "meeting.closed",
    "statement.made",
)
"""Kinds of entry that the story of this session must have."""


async def statements(stage: Stage) -> None:
    """Tutor, second staff and parent each say what happened, on their own."""
    teller, cast = stage.teller, stage.cast
    teller.step("Tutor, second staff and parent each state what happened")
    for person in (cast.tutor, cast.second):
        await person.post(f"{stage.session}/statements", ALL_WELL)
        teller.good(f"{person.says}, has stated; signed (JWS) and kept.")
    browser, parent = stage.browser(), cast.family.parent
    page = must_say(
        await browser.open(await stage.link_for(parent, "promise")), 200, "Was everything"
    )
    filled = {**ALL_WELL, "pin": parent.pin}
    came_through(await browser.send(page, page.form("do", "statement"), **filled), "A statement")
    teller.good(f"{parent.first_name} has stated on her page.")
    await stage.until_state("closed")
    await stage.must_agree()
    teller.good(
        "They agree, and no alert is open. The record is complete, and the session is closed."
    )


async def story(stage: Stage, inspector: Person, also: tuple[str, ...]) -> Any:
    """The inspector reads the whole story; the reading is itself an entry.

    `also` are the kinds of entry it must have at this provider besides `TOLD`.
    """
    teller = stage.teller
    teller.step("The inspector reads the session's story")
    entries = (await inspector.get(f"/v1/audit/sessions/{stage.session_id}")).body["entries"]
    kinds = [entry["kind"] for entry in entries]
    for kind in TOLD + also:
        if kind not in kinds:
            raise DemoFailed(f"The story has no entry {kind}.")
    teller.good(f"{len(entries)} entries, from {kinds[0]} to {kinds[-1]}.")
    for line in _lines(kinds):
        teller.line(line)
    teller.say("That the inspector has read it is an entry too.")
    return entries


def _lines(kinds: list[str]) -> list[str]:
    """The kinds in order, several to a line."""
    return [" · ".join(kinds[first : first + 4]) for first in range(0, len(kinds), 4)]


async def proof(stage: Stage, inspector: Person, entries: Any) -> str:
    """A checkpoint and a receipt for one entry, checked with another tool than Chaperone."""
    teller = stage.teller
    teller.step("The inspector takes the signed checkpoint, and a receipt for one entry")
    key = (await inspector.get("/v1/audit/key")).text.strip()
    checkpoint = (await inspector.get("/v1/audit/checkpoint")).text
    teller.row("log", checkpoint.splitlines()[0])
    teller.row("entries signed over", checkpoint.splitlines()[1])
    teller.row("verifier key", key)
    opened = next(entry for entry in entries if entry["kind"] == "meeting.opened")
    path = f"/v1/audit/proofs/inclusion?entry_id={opened['id']}"
    given = (await inspector.get(path)).body
    size = check_receipt(b64decode(given["leaf"]), given["proof"], key)
    teller.good(
        f'The entry "meeting.opened" is proved to be among {size} signed entries. Checked here by '
        "demo/receipt.py, which knows the published formats and nothing of Chaperone."
    )
    return key


async def export(stage: Stage, inspector: Person, key: str) -> None:
    """The whole log, checked offline; then one byte is changed, and the check refuses."""
    teller, crew = stage.teller, stage.running.crew
    teller.step("The inspector exports the log and checks it offline")
    text = (await inspector.get("/v1/audit/export")).text
    file = stage.running.folder / "log.ndjson"
    file.write_text(text, "utf-8")
    told = await crew.must_run("verify", str(file), "--key", key, env=stage.running.env)
    teller.line("$ chaperone verify log.ndjson --key …")
    for line in told.splitlines():
        teller.good(line)
    teller.step("Somebody alters one byte of the export")
    number = _alter(text, file)
    outcome = await crew.run("verify", str(file), "--key", key, env=stage.running.env)
    if outcome.code == 0:
        raise DemoFailed("An altered export was taken for a good one.")
    teller.line("$ chaperone verify log.ndjson --key …")
    teller.refused(f"{outcome.err.strip()} (exit code {outcome.code}; altered was entry {number})")


def _alter(text: str, file: Path) -> int:
    """Change one letter of what one entry recorded; answers which entry."""
    lines = text.splitlines(keepends=True)
    number, line = next(
        (number, line)
        for number, line in enumerate(lines)
        if number > len(lines) // 2 and json.loads(line).get("payload")
    )
    payload = json.loads(line)["payload"]
    other = ("B" if payload[4] == "A" else "A").join((payload[:4], payload[5:]))
    lines[number] = line.replace(payload, other)
    file.write_text("".join(lines), "utf-8")
    return number - 1
