"""The times in which rooms were not watched, and which rooms (POL-03, POL-11)."""

from service.policy.outage import BlindCause
from service.store.watch import blind_times
from service.store.watch.blind_times import BlindTime
from service.web.api.lists import cursor_after, start_of
from service.web.api.reading import noted
from service.web.api.who import RECORD_READERS
from service.web.bodies import Instant, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route

LISTING = "blind_times"


class BlindTimeView(View):
    """A time in which rooms were not watched, by an outage of ours or of a provider's."""

    blind_time_id: str
    cause: BlindCause
    provider: str | None
    began_at: Instant
    ended_at: Instant
    sessions: tuple[str, ...]


async def listed(call: Call[None, Page]) -> Answer:
    """Blind times with their rooms, oldest first."""
    await noted(call, LISTING)
    query = call.query
    found = await call.deps.store.read(
        blind_times.listed, after=start_of(LISTING, query), limit=query.limit
    )
    cursor = cursor_after(LISTING, [one.blind_time_id for one in found], query)
    items = tuple(_view(one) for one in found)
    return Answer(200, Listing[BlindTimeView](items=items, next_cursor=cursor))


def _view(one: BlindTime) -> BlindTimeView:
    return BlindTimeView(
        blind_time_id=one.blind_time_id,
        cause=one.cause,
        provider=one.provider,
        began_at=one.began_at,
        ended_at=one.ended_at,
        sessions=one.sessions,
    )


ROUTES = (
    Route("GET", "/v1/blind-times", listed, summary="List the times nobody watched", tag="alerts",
          roles=RECORD_READERS, query=Page, answers={200: Listing[BlindTimeView]},
          clauses=("POL-03", "POL-11")),
)  # fmt: skip
