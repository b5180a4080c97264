"""Brings people, accounts and policy versions in from one JSON file, through the service's own API.

The file holds lists, in this order: policies, staff, hosts, children, parents, ties, pins. Records name
each other by `external_id`. What is refused is told with its place in the file, and the run stops.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from service.errors import ChaperoneError, InvalidInput, Misconfigured

Record = dict[str, Any]


class _Way:
    """One signed-in way to the API, remembering our ids by external id."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str) -> None:
        self._session = session
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self.ids: dict[str, str] = {}

    async def send(self, method: str, path: str, body: Mapping[str, Any], place: str) -> Any:
        """One call; what the service refuses becomes an error that names the place in the file."""
        try:
            async with self._session.request(
                method, f"{self._base_url}{path}", json=dict(body), headers=self._headers
            ) as response:
                answer = await response.json(content_type=None) if response.status != 204 else {}
        except aiohttp.ClientError as error:
            raise Misconfigured("The service cannot be reached. Is it running?") from error
        if response.status >= 400:
            fields = "; ".join(
                f"{item['field']}: {item['sentence']}" for item in answer.get("fields", ())
            )
            raise ChaperoneError(f"{place}: {answer.get('detail', 'refused')} {fields}".strip())
        return answer

    def known(self, external_id: str, place: str) -> str:
        """Our id for a record of the file."""
        try:
            return self.ids[external_id]
        except KeyError:
            raise InvalidInput(f"{place}: nothing in the file is called {external_id}.") from None


async def bring_in(file: Path, base_url: str, token: str, progress: Callable[[str], object]) -> int:
    """Bring a file in; answers how many records. Safe to repeat."""
    lists = await asyncio.to_thread(_lists_of, file)
    count = 0
    async with aiohttp.ClientSession() as session:
        way = _Way(session, base_url, token)
        for name, bring in STEPS.items():
            records: list[Record] = lists.pop(name, [])
            for number, record in enumerate(records):
                await bring(way, record, f"{name}[{number}]")
            count += len(records)
            if records:
                progress(f"{len(records)} {name}")
    if lists:
        raise InvalidInput(f"{file.name} has lists we do not know: {', '.join(sorted(lists))}.")
    return count


def _lists_of(file: Path) -> dict[str, list[Record]]:
    try:
        lists: dict[str, list[Record]] = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InvalidInput(f"{file.name} is not JSON: {error}") from None
    return lists


async def _policy(way: _Way, record: Record, place: str) -> None:
    try:
        await way.send("POST", "/v1/policies", record, place)
    except ChaperoneError as error:
        if "published already" not in error.sentence:
            raise


async def _staff(way: _Way, record: Record, place: str) -> None:
    evidence = record.pop("evidence", [])
    made = await way.send("POST", "/v1/staff", record, place)
    way.ids[record["external_id"]] = made["id"]
    for item in evidence:
        await way.send("POST", f"/v1/staff/{made['id']}/evidence", item, place)


async def _host(way: _Way, record: Record, place: str) -> None:
    record["custodians"] = [way.known(one, place) for one in record["custodians"]]
    await way.send("POST", "/v1/hosts", record, place)


async def _child(way: _Way, record: Record, place: str) -> None:
    made = await way.send("POST", "/v1/children", record, place)
    way.ids[record["external_id"]] = made["id"]


async def _parent(way: _Way, record: Record, place: str) -> None:
    made = await way.send("POST", "/v1/parents", record, place)
    way.ids[record["external_id"]] = made["id"]


async def _tie(way: _Way, record: Record, place: str) -> None:
    child = way.known(record.pop("child"), place)
    parent = way.known(record.pop("parent"), place)
    await way.send("PUT", f"/v1/children/{child}/parents/{parent}", record, place)


async def _pin(way: _Way, record: Record, place: str) -> None:
    parent = way.known(record.pop("parent"), place)
    await way.send("PUT", f"/v1/parents/{parent}/pin", record, place)


STEPS = {
    "policies": _policy,
    "staff": _staff,
    "hosts": _host,
    "children": _child,
    "parents": _parent,
    "ties": _tie,
    "pins": _pin,
}
