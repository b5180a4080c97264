"""Brings lists of people (CSV) in through the service's API, and writes them out again.

A list is one decision: it is read once to check every line, and only if all are good it is read
again to keep them. A few lines are in memory at a time; what lines have in common with each other is
looked up in a temporary database on disk. If we die while keeping, running the same list again
completes it: what is on record already stays as it is.
"""

import asyncio
import csv
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp

from service.errors import ChaperoneError, InvalidInput, Misconfigured
from service.people_doubles import Doubles
from service.web.api.import_columns import People, columns, list_with

AT_ONCE = 25
"""Lines in one call: they are one transaction, so few, that nobody else waits long for the writer."""

TELL_EVERY = 1000
TOO_MANY = 429
Tell = Callable[[str], object]
Line = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """How to reach the service: where, and signed in as whom."""

    session: aiohttp.ClientSession
    base_url: str
    token: str

    async def send(self, method: str, path: str, **more: Any) -> Any:
        """One call. What the service refuses as a whole becomes an error with its sentence; if it
        asks us to wait, we do."""
        while True:
            status, wait, answer = await self._ask(method, path, **more)
            if status != TOO_MANY:
                break
            await asyncio.sleep(wait)
        if status >= 400:
            raise ChaperoneError(answer.get("detail", "The service refused this."))
        return answer

    async def _ask(self, method: str, path: str, **more: Any) -> tuple[int, float, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with self.session.request(
                method, f"{self.base_url}{path}", headers=headers, **more
            ) as response:
                wait = float(response.headers.get("Retry-After", 1))
                return response.status, wait, await response.json(content_type=None)
        except aiohttp.ClientError as error:
            raise Misconfigured("The service cannot be reached. Is it running?") from error


@dataclass
class Tally:
    """How many lines came to what."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    doubtful: int = 0

    def note(self, line: Line) -> None:
        """Count one line of an answer."""
        self.doubtful += bool(line["doubts"])
        outcome = "refused" if line["problems"] else line["outcome"]
        setattr(self, outcome, getattr(self, outcome) + 1)

    @property
    def lines(self) -> int:
        """All lines."""
        return self.new + self.changed + self.same + self.refused

    def told(self) -> str:
        """The sum in words."""
        return (
            f"{self.lines} lines: {self.new} new, {self.changed} changed, {self.same} as they are,"
            f" {self.refused} refused, {self.doubtful} in doubt."
        )


@dataclass(frozen=True)
class Wish:
    """What is to be done with a list. Without `go` it is checked only."""

    go: bool = False
    accept_doubts: bool = False


async def bring_in_list(call: Call, file: Path, wish: Wish, tell: Tell) -> Tally:
    """Check a list and, if it is good and wished, keep it. `InvalidInput` if it is not good."""
    people = _kind_of(file)
    before = _digest(file)
    tell(f"{file.name}: a list of {people}. Checking …")
    with Doubles(people) as doubles:
        tally = await _pass(call, file, people, Wish(False, wish.accept_doubts), tell, doubles)
    tell(tally.told())
    if tally.refused or (tally.doubtful and not wish.accept_doubts):
        raise InvalidInput(f"{file.name}: nothing was brought in. Mend the lines named above.")
    if not wish.go:
        tell("Nothing was brought in: this was a check. Add --go to bring the list in.")
        return tally
    if _digest(file) != before:
        raise InvalidInput(f"{file.name} was changed while it was checked. Nothing was brought in.")
    tell(f"{file.name}: bringing in …")
    kept = await _pass(call, file, people, Wish(True, wish.accept_doubts), tell, None)
    tell(kept.told())
    return kept


def _kind_of(file: Path) -> People:
    with _opened(file) as lines:
        header = next(csv.reader(lines), [])
    return list_with(tuple(name for name in header if name))  # spreadsheets leave empty columns


def _opened(file: Path) -> Any:
    # utf-8-sig: spreadsheets put a byte order mark in front.
    return file.open(encoding="utf-8-sig", newline="")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def lines_of(file: Path) -> Iterator[Line]:
    """Every line that says anything, with its number as an editor shows it."""
    try:
        with _opened(file) as text:
            reader = csv.DictReader(text, restkey="", restval="")
            for cells in reader:
                if "".join(cells.pop("", "")).strip():
                    raise InvalidInput(
                        f"Line {reader.line_num} has more cells than there are columns."
                    )
                said = {name: cell for name, cell in cells.items() if cell.strip()}
                if said:
                    yield {"line": reader.line_num, "cells": said}
    except UnicodeDecodeError:
        raise InvalidInput(f"{file.name} is not UTF-8. Save it as CSV UTF-8.") from None
    except csv.Error:
        raise InvalidInput(f"{file.name} is not CSV.") from None


async def _pass(
    call: Call, file: Path, people: People, wish: Wish, tell: Tell, doubles: Doubles | None
) -> Tally:
    tally = Tally()
    lines = lines_of(file)
    while some := list(islice(lines, AT_ONCE)):
        body = {"people": people.value, "lines": some, "go": wish.go}
        answer = await call.send(
            "POST", "/v1/imports", json=body | {"accept_doubts": wish.accept_doubts}
        )
        told = zip(some, answer["lines"], strict=True)
        for sent, line in told:
            if doubles is not None:
                line["doubts"] += doubles.of(sent["line"], sent["cells"])
            tally.note(line)
            _remark(line, tell)
        _must_be_kept(wish, answer, some)
        if tally.lines % TELL_EVERY < AT_ONCE:
            tell(f"{tally.lines} lines")
    return tally


def _must_be_kept(wish: Wish, answer: Line, some: list[Line]) -> None:
    if wish.go and not answer["kept"]:
        raise InvalidInput(
            f"Something changed meanwhile: none of lines {some[0]['line']} to {some[-1]['line']} is"
            " kept. The lines before them are. Mend the lines named above and run it again: what is"
            " in already stays as it is."
        )


def _remark(line: Line, tell: Tell) -> None:
    for kind, remarks in (("refused", line["problems"]), ("look at", line["doubts"])):
        for one in remarks:
            column = f" {one['column']}:" if one["column"] else ""
            like = f" ({', '.join(one['like'])})" if one["like"] else ""
            tell(f"line {line['line']}, {kind}:{column} {one['sentence']}{like}")


# --- writing out ------------------------------------------------------------------------------------


async def write_out(call: Call, people: People, file: Path) -> int:
    """Write one list; answers how many lines. A file that is there is never written over."""
    names = [column.name for column in columns(people)]
    count = 0
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, names, restval="")
            writer.writeheader()
            async for cells in _exported(call, people):
                writer.writerow(cells)
                count += 1
    except FileExistsError:
        raise InvalidInput(f"{file.name} is there already; nothing was written over.") from None
    return count


async def _exported(call: Call, people: People) -> AsyncIterator[dict[str, str]]:
    cursor: str | None = None
    while True:
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = await call.send("GET", f"/v1/exports/{people.value}", params=query)
        for item in page["items"]:
            yield item["cells"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
