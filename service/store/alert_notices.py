"""What people were told of alerts, word for word, each at most once (POL-11, POL-25)."""

from collections.abc import Iterable

import sqlalchemy as sa

from service.policy.duty_rota import Channel
from service.store.tables import AlertNoticeRow, table_of
from service.store.transactions import Reader, Tx

NOTICES = table_of(AlertNoticeRow)
SENT = "sent"


def people_reached(reader: Tx | Reader, alert_ids: Iterable[str]) -> dict[str, int]:
    """How many members of staff the carriers took a notice for, by alert; zero is left out."""
    query = (
        sa.select(NOTICES.c.alert_id, sa.func.count(NOTICES.c.staff_id.distinct()).label("people"))
        .where(
            NOTICES.c.alert_id.in_(sorted(alert_ids)),
            NOTICES.c.outcome == SENT,
            NOTICES.c.channel != Channel.PAGE.value,
            NOTICES.c.staff_id.is_not(None),
        )
        .group_by(NOTICES.c.alert_id)
    )
    return {row.alert_id: row.people for row in reader.conn.execute(query)}
