"""The inspector's door: entries, a session's story, and proofs that nothing was altered.

Readings that show what was recorded are themselves recorded first. Checkpoint, key and consistency
proofs tell nothing about anybody and can be fetched by a monitor without growing the log.
"""

from typing import Any

from aiohttp import web
from pydantic import Field

from service.audit.events import Event
from service.audit.strict import to_base64
from service.policy.people import Role, SessionId
from service.store.inspection import audit_log, log
from service.store.inspection.log import Inclusion
from service.store.transactions import Reader
from service.web.api.export import NDJSON, stream_export
from service.web.api.lists import cursor_after, number_before
from service.web.api.reading import always_noted
from service.web.api.session_views import session_id_of
from service.web.api.who import INSPECTORS, LOG_KEEPERS
from service.web.bodies import Instant, Query, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.inspection import inspecting

LISTING = "entries"
PLAIN = "text/plain"


class EntryView(View):
    """One recorded fact. Actor and subjects are pseudonyms, as they are in the log."""

    id: int
    at: Instant
    kind: str
    session_id: str | None
    actor: str
    subjects: dict[str, str]
    facts: dict[str, Any]
    payload: dict[str, Any] | None = Field(description="Null if there was none, or it was erased.")


class StoryView(View):
    """Everything recorded about one session, in order."""

    session_id: str
    entries: tuple[EntryView, ...]


class Entries(Page):
    """Which entries."""

    kind: Event | None = None


class OneEntry(Query):
    """Which entry, by its id."""

    entry_id: int = Field(ge=1, lt=2**63)


class Sizes(Query):
    """From which size of the log to which; `new` is the newest unless named."""

    old: int = Field(ge=0, lt=2**63)
    new: int | None = Field(default=None, ge=0, lt=2**63)


class InclusionView(View):
    """`proof` is a C2SP tlog-proof; `leaf` are the bytes it proves, in Base64."""

    entry_id: int
    index: int
    leaf: str
    proof: str


class ConsistencyView(View):
    """The hashes (Base64) that show the log of the new size to extend the old (RFC 9162, 2.1.4)."""

    old: int
    new: int
    hashes: tuple[str, ...]


async def entries(call: Call[None, Entries]) -> Answer:
    """Entries in the order in which they were recorded."""
    await always_noted(call, LISTING)
    query = call.query
    kind = query.kind.value if query.kind else None
    found = await call.deps.store.read(
        audit_log.entries_after,
        number_before(LISTING, query),
        query.limit,
        kind,
        # A lead must not learn here of a concern that went past them (pitfall 65).
        with_concerns=call.actor.has(Role.INSPECTOR),
    )
    items = tuple(EntryView.model_validate(entry) for entry in found)
    cursor = cursor_after(LISTING, [item.id for item in items], query)
    return Answer(200, Listing[EntryView](items=items, next_cursor=cursor))


async def story(call: Call) -> Answer:
    """A session's whole story."""
    session_id = SessionId(session_id_of(call))
    await always_noted(call, "story", session_id)
    told = await call.deps.store.read(inspecting.story, session_id)
    items = tuple(EntryView.model_validate(entry) for entry in told)
    return Answer(200, StoryView(session_id=session_id, entries=items))


async def checkpoint(call: Call) -> web.StreamResponse:
    """The newest signed head of the log (C2SP tlog-checkpoint)."""
    newest = await call.deps.store.read(log.newest_checkpoint)
    return web.Response(text=newest.note, content_type=PLAIN)


async def key(call: Call) -> web.StreamResponse:
    """The public key that checkpoints are checked with."""
    return web.Response(
        text=await call.deps.store.read(inspecting.verifier_key) + "\n", content_type=PLAIN
    )


async def inclusion(call: Call[None, OneEntry]) -> Answer:
    """The offline proof that an entry is in the log."""
    await always_noted(call, "inclusion")
    entry_id = call.query.entry_id
    found: Inclusion = await call.deps.store.read(log.inclusion, entry_id)
    return Answer(
        200,
        InclusionView(
            entry_id=entry_id,
            index=found.index,
            leaf=to_base64(found.leaf),
            proof=found.proof.to_text(),
        ),
    )


async def consistency(call: Call[None, Sizes]) -> Answer:
    """The proof that the log was only ever added to."""
    return Answer(200, await call.deps.store.read(_consistency, call.query))


def _consistency(reader: Reader, sizes: Sizes) -> ConsistencyView:
    new = log.size_of(reader) if sizes.new is None else sizes.new
    hashes = log.consistency(reader, sizes.old, new)
    return ConsistencyView(old=sizes.old, new=new, hashes=tuple(to_base64(one) for one in hashes))


async def export(call: Call) -> web.StreamResponse:
    """The whole log as lines, to be checked offline with `chaperone verify`."""
    await always_noted(call, "export")
    return await stream_export(call)


_READ: dict[str, Any] = {"tag": "audit", "roles": INSPECTORS, "clauses": ("POL-08",)}
_LOG: dict[str, Any] = {"tag": "audit", "roles": LOG_KEEPERS, "clauses": ("POL-08",)}

ROUTES = (
    Route("GET", "/v1/sessions/{session_id}/story", story, summary="A session's whole story",
          answers={200: StoryView}, **_READ),
    Route("GET", "/v1/audit/sessions/{session_id}", story, summary="A session's whole story",
          answers={200: StoryView}, **_READ),
    Route("GET", "/v1/audit/entries", entries, summary="List entries", query=Entries,
          answers={200: Listing[EntryView]}, **_READ),
    Route("GET", "/v1/audit/proofs/inclusion", inclusion, summary="Prove that an entry is there",
          query=OneEntry, answers={200: InclusionView}, **_READ),
    Route("GET", "/v1/audit/export", export, summary="The whole log", streams=NDJSON, **_READ),
    Route("GET", "/v1/audit/checkpoint", checkpoint, summary="The log's signed head",
          streams=PLAIN, **_LOG),
    Route("GET", "/v1/audit/key", key, summary="The log's public key", streams=PLAIN, **_LOG),
    Route("GET", "/v1/audit/proofs/consistency", consistency,
          summary="Prove that the log only grew", query=Sizes, answers={200: ConsistencyView},
          **_LOG),
)  # fmt: skip
