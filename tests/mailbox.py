"""A real mail server with a memory, and the letters that arrived in it."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any


@dataclass
class Letter:
    """A mail that arrived."""

    to: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        """The personal link in it."""
        found = re.search(r"https?://\S+/p/\S+", self.text)
        assert found is not None, f"no link in {self.subject!r}"
        return found[0]


@dataclass
class Mailbox:
    """A real SMTP server's memory. `refusing` is the reply to the next letters, if set."""

    letters: list[Letter] = field(default_factory=list)
    refusing: str | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one letter in."""
        if self.refusing is not None:
            return self.refusing
        letter = message_from_bytes(envelope.content, policy=policy.default)
        body = letter.get_body()
        assert body is not None
        self.letters.append(
            Letter(envelope.rcpt_tos[0], str(letter["subject"]), body.get_content())
        )
        return "250 OK"
