"""Each use of a personal link, and from which browser."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.store.tables import LinkUseRow, table_of
from service.store.transactions import Reader, Tx

LINK_USES = table_of(LinkUseRow)


@dataclass(frozen=True)
class LinkUse:
    """One form sent by a link. `browser_hash` stands for the browser, without saying which."""

    link_id: str
    browser_hash: str
    deed: str


def append(tx: Tx, use: LinkUse) -> bool:
    """Append one use; answers whether it is the first from a browser other than the first one's."""
    first = _first_browser(tx, use.link_id)
    known = sa.select(LINK_USES.c.id).where(
        LINK_USES.c.link_id == use.link_id, LINK_USES.c.browser_hash == use.browser_hash
    )
    is_new = first is not None and tx.conn.execute(known.limit(1)).first() is None
    tx.conn.execute(
        LINK_USES.insert().values(
            id=tx.new_id("linkuse"),
            link_id=use.link_id,
            browser_hash=use.browser_hash,
            deed=use.deed,
            at=tx.now,
        )
    )
    return is_new


def _first_browser(tx: Tx, link_id: str) -> str | None:
    query = sa.select(LINK_USES.c.browser_hash).where(LINK_USES.c.link_id == link_id)
    first: str | None = tx.conn.execute(
        query.order_by(LINK_USES.c.id).limit(1)
    ).scalar_one_or_none()
    return first


def newest_elsewhere(
    reader: Tx | Reader, link_id: str, browser_hash: str | None
) -> datetime | None:
    """When a link was last used from another browser, if ever."""
    query = sa.select(sa.func.max(LINK_USES.c.at)).where(
        LINK_USES.c.link_id == link_id, LINK_USES.c.browser_hash != (browser_hash or "")
    )
    at: datetime | None = reader.conn.execute(query).scalar_one()
    return at
