"""Where a page of a list begins, and where the next one does."""

from collections.abc import Sequence

from service.web.paging import Page, cursor_for, position_of


def start_of(listing: str, page: Page) -> str:
    """The id behind which the page begins; empty for the first page."""
    return str(position_of(listing, page.cursor)[0]) if page.cursor else ""


def number_before(listing: str, page: Page) -> int:
    """The same for lists that go by a number; zero for the first page."""
    return int(position_of(listing, page.cursor)[0]) if page.cursor else 0


def cursor_after(listing: str, ids: Sequence[str | int], page: Page) -> str | None:
    """The cursor of the next page; None if this one was not full."""
    return cursor_for(listing, (ids[-1],)) if len(ids) == page.limit else None
