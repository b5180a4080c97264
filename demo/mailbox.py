"""A local mailbox: takes every letter the service sends, and shows them with clickable links."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import escape
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP

LINK = re.compile(r"https?://[^\s<>\"]+")
PERSONAL_LINK = re.compile(r"https?://\S+/p/\S+")
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;font:inherit}article{border-top:1px solid;padding:.5rem 0}"
    ".warning{border:3px solid #b00;padding:.5rem}:root{color-scheme:light dark}"
)


@dataclass(frozen=True)
class Letter:
    """One letter as it arrived."""

    to: str
    subject: str
    text: str
    arrived_at: datetime

    @property
    def link(self) -> str | None:
        """The personal link in it, if there is one."""
        found = PERSONAL_LINK.search(self.text)
        return found[0] if found else None


@dataclass
class Mailbox:
    """Everything that arrived, oldest first. `smtp_port` is known once it is open."""

    letters: list[Letter] = field(default_factory=list)
    smtp_port: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one letter in (called by aiosmtpd)."""
        read = message_from_bytes(envelope.content, policy=policy.default)
        body = read.get_body()
        text = body.get_content() if body is not None else ""
        to = ", ".join(envelope.rcpt_tos)
        self.letters.append(Letter(to, str(read["subject"]), text, datetime.now(UTC)))
        self.arrived.set()
        return "250 OK"

    def newest_to(self, address: str, subject: str) -> Letter | None:
        """The newest letter to somebody with these words in the subject."""
        for letter in reversed(self.letters):
            if letter.to == address and subject in letter.subject:
                return letter
        return None

    async def letter_to(self, address: str, subject: str, *, within: float = 20) -> Letter:
        """Wait for a letter; `TimeoutError` if none comes."""
        async with asyncio.timeout(within):
            while (found := self.newest_to(address, subject)) is None:
                self.arrived.clear()
                await self.arrived.wait()
        return found

    async def show(self, _request: web.Request) -> web.Response:
        """GET /: every letter, newest first."""
        letters = "".join(_shown(letter) for letter in reversed(self.letters))
        text = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta http-equiv="refresh" content="10"><title>Demo mailbox</title>'
            f"<style>{STYLE}</style></head><body>"
            '<p class="warning"><strong>Demonstration: nothing leaves this machine.</strong></p>'
            f"<main><h1>Letters sent ({len(self.letters)})</h1>{letters}</main></body></html>"
        )
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(text=text, content_type="text/html", headers=headers)


def _shown(letter: Letter) -> str:
    return (
        f"<article><h2>{escape(letter.subject)}</h2>"
        f"<p>To {escape(letter.to)}, {letter.arrived_at.astimezone():%H:%M:%S}</p>"
        f"<pre>{_with_links(letter.text)}</pre></article>"
    )


def _with_links(text: str) -> str:
    parts, after = [], 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        parts += [escape(text[after : found.start()]), f'<a href="{address}">{address}</a>']
        after = found.end()
    return "".join([*parts, escape(text[after:])])


@asynccontextmanager
async def mailbox_open(page_port: int) -> AsyncIterator[Mailbox]:
    """A mailbox that takes letters on a free port and shows them on `page_port`."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    carrier = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    mailbox.smtp_port = carrier.sockets[0].getsockname()[1]
    app = web.Application()
    app.router.add_get("/", mailbox.show)
    served = web.AppRunner(app, access_log=None)
    try:
        await served.setup()
        await web.TCPSite(served, "127.0.0.1", page_port).start()
        yield mailbox
    finally:
        await served.cleanup()
        carrier.close()
