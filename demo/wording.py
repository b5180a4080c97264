"""What the demo says on the terminal: plain lines, and colour only where a person looks."""

import os
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

WIDTH = 96
BANNER = (
    "DEMONSTRATION. {provider} is an EMULATOR, letters go to a local mailbox, everybody is invented.",
    "No meeting here is real. Do not use this for real children or real lessons.",
)
BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class Teller:
    """Tells the story: a banner, numbered steps, and under each what was done and answered."""

    def __init__(self, *, colour: bool | None = None) -> None:
        self._colour = sys.stdout.isatty() if colour is None else colour
        self._colour = self._colour and "NO_COLOR" not in os.environ
        self._step = 0
        self.invited = False
        """Whether the play is over and the visitor has the word."""

    def banner(self, provider: str) -> None:
        """The warning nobody can miss."""
        line = "!" * WIDTH
        told = (text.format(provider=provider) for text in BANNER)
        body = "\n".join(f"!!  {text:<{WIDTH - 8}}  !!" for text in told)
        print(self._in(RED, f"{line}\n{body}\n{line}"), flush=True)

    def heading(self, text: str) -> None:
        """A part of the evening that is not a step of the story."""
        print("\n" + self._in(BOLD, f"=== {text} ==="), flush=True)

    def step(self, title: str) -> None:
        """The next numbered step."""
        self._step += 1
        print("\n" + self._in(BOLD, f"{self._step:>2}. {title}"), flush=True)

    def say(self, text: str) -> None:
        """A sentence about what happens or why."""
        self._wrapped(text, "    ")

    def good(self, text: str) -> None:
        """Something came out as it should."""
        self._wrapped(text, "    ✓ ", GREEN)

    def refused(self, text: str) -> None:
        """Something was refused, as it should be."""
        self._wrapped(text, "    ✗ ", YELLOW)

    def row(self, name: str, value: str) -> None:
        """A name and a value that may be copied; never wrapped."""
        print(f"    {name:<26} {value}", flush=True)

    def line(self, text: str) -> None:
        """A line that may be copied into a shell; never wrapped."""
        print(f"      {text}", flush=True)

    def blockers(self, blockers: Iterable[Mapping[str, Any]]) -> None:
        """What stands in the way now: code, sentence, who can lift it."""
        found = list(blockers)
        if not found:
            self.good("Nothing stands in the way any more.")
            return
        self.say(f"In the way: {len(found)}")
        for one in found:
            print(f"      - {self._in(YELLOW, one['code'])}", flush=True)
            told = f"{one['sentence']} ({one['rule']}; to be lifted by {one['lifted_by']})"
            self._wrapped(told, "        ")

    @contextmanager
    def busy(self, doing: str) -> Iterator[None]:
        """Something that takes a while: said before, and how long it took after."""
        print(f"    … {doing}", end="", flush=True)
        began = time.monotonic()
        try:
            yield
        except BaseException:
            print(flush=True)
            raise
        print(self._in(DIM, f"  ({time.monotonic() - began:.1f} s)"), flush=True)

    def failed(self, text: str) -> None:
        """The demo itself went wrong; to the error output, with what may help."""
        print(self._in(RED, f"\nThe demo failed: {text}"), file=sys.stderr, flush=True)

    def _wrapped(self, text: str, lead: str, colour: str = "") -> None:
        lines = textwrap.wrap(
            text,
            WIDTH,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_long_words=False,
            break_on_hyphens=False,
        )
        print(self._in(colour, "\n".join(lines)), flush=True)

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour else text
