"""What is told and done otherwise at each provider; everything else in the play is one for all."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from demo.browser import Browser, Page
from demo.cast import Person
from demo.stage import Stage


class Rooms(Protocol):
    """The rooms of the play at one provider. Whatever is not as told raises `DemoFailed`."""

    WAITS: ClassVar[str]
    """What a page says to whoever waits to be admitted."""

    ENTRIES: ClassVar[tuple[str, ...]]
    """Kinds of entry that the story must have besides those of every session."""

    async def standing(self) -> list[Any]:
        """The meetings that exist, as the emulator shows them."""

    async def show_made(self, meeting: Any) -> None:
        """Look whether a fresh meeting is as safe as it must be, and tell of it."""

    async def turn_away(self, meeting: Any) -> None:
        """A stranger knows the meeting's number alone, and is turned away."""

    async def follow(self, url: str, person: Person) -> Page:
        """A member of staff opens the way in that the door gave them."""

    def tell_second_staff_in(self) -> None:
        """How second staff came in."""

    def tell_live(self) -> None:
        """By whose word the session is live."""

    def tell_tutor_waits(self) -> None:
        """How the tutor came, and where he waits."""

    async def follow_home(self, browser: Browser, answer: Page) -> Page:
        """The family takes the way in that its page answered with; the room as they see it."""

    async def call_is_over(self, family_link: str) -> None:
        """Second staff have ended the call; what the provider has said of it has arrived."""

    async def session_is_over(self, meeting: Any) -> None:
        """The lead has ended the session; what becomes of the meeting at once."""

    async def statements_are_in(self, meeting: Any) -> None:
        """Everybody has stated; what becomes of the meeting now."""

    def where_to_click(self) -> None:
        """The addresses at the provider, for the visitor."""


@dataclass(frozen=True)
class AtEmulator:
    """What the rooms at every provider have in common: an emulator that shows what it holds."""

    stage: Stage

    @property
    def url(self) -> str:
        """Where the emulator answers."""
        return self.stage.running.ports.provider_url

    async def state(self) -> Any:
        """Everything that exists at the emulator."""
        async with self.stage.http.get(f"{self.url}/control/state") as response:
            return await response.json()

    async def standing(self) -> list[Any]:
        """See `Rooms.standing`."""
        return [one for one in (await self.state())["meetings"] if not one.get("deleted")]

    async def gone(self, what: str, within: float) -> None:
        """Wait until no meeting exists."""

        async def look() -> bool | None:
            return None if await self.standing() else True

        await self.stage.until(what, look, within=within)
