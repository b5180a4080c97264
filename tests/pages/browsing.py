"""A parent or colleague at a page: what their browser would keep, fill in and send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

import aiohttp

SAME = {"Sec-Fetch-Site": "same-origin"}


class Forms(HTMLParser):
    """Every form of a page, as the values its untouched fields would send."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._fields: dict[str, list[str]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Gather hidden and ticked fields."""
        given = dict(attrs)
        if tag == "form":
            self._fields = {}
        elif tag == "input" and self._fields is not None:
            name, kind = given.get("name") or "", given.get("type")
            if kind == "hidden" or "checked" in given:
                self._fields.setdefault(name, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        """Keep a finished form under what it does."""
        if tag == "form" and self._fields is not None:
            self.forms[self._fields.get("do", [""])[0]] = self._fields
            self._fields = None


@dataclass
class Page:
    """One answer as a page."""

    status: int
    text: str
    headers: Any

    @property
    def forms(self) -> dict[str, dict[str, list[str]]]:
        """Its forms, by what they do."""
        return Forms(self.text).forms


@dataclass
class Browser:
    """Opens pages and sends forms, with a jar that treats this machine as a secure place."""

    session: aiohttp.ClientSession
    jar: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self, url: str, method: str = "GET") -> Page:
        """A plain visit; follows nothing."""
        return await self._ask(method, url, None, {})

    async def send(
        self,
        url: str,
        do: str,
        **values: str | list[str],
    ) -> Page:
        """Open the page, fill in one of its forms, send it; follows nothing."""
        page = await self.open(url)
        assert do in page.forms, f"no form {do!r} on the page, only {list(page.forms)}"
        return await self.post(url, page.forms[do] | listed(values))

    async def post(
        self,
        url: str,
        fields: Mapping[str, list[str]],
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send these fields."""
        pairs = [(name, value) for name, given in fields.items() for value in given]
        return await self._ask("POST", url, pairs, SAME if headers is None else headers)

    async def _ask(self, method: str, url: str, data: Any, headers: Mapping[str, str]) -> Page:
        sent = {**self.headers, **headers}
        if self.jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        async with self.session.request(
            method, url, data=data, headers=sent, allow_redirects=False
        ) as answer:
            for line in answer.headers.getall("Set-Cookie", []):
                self.jar |= {name: one.value for name, one in SimpleCookie(line).items()}
            return Page(answer.status, await answer.text(), answer.headers)


def listed(values: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
    """Each value as a list."""
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}
