"""The whole log as a stream of lines, a page of entries in memory at a time."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiohttp import web

from service.audit.exports import ExportEntry, write_export
from service.web.routes import Call
from service.workflows.inspection import inspecting

NDJSON = "application/x-ndjson"
PAGE = 500


class _Feed(Iterator[ExportEntry]):
    """Hands on entries that were put in; it ends only once nothing more is put in."""

    def __init__(self) -> None:
        self._waiting: deque[ExportEntry] = deque()

    def put(self, entries: tuple[ExportEntry, ...]) -> None:
        self._waiting.extend(entries)

    def __next__(self) -> ExportEntry:
        if not self._waiting:
            raise StopIteration
        return self._waiting.popleft()


async def stream_export(call: Call[Any, Any]) -> web.StreamResponse:
    """Answer with the log up to its newest checkpoint. A cut-off stream lacks its end line."""
    store = call.deps.store
    head = await store.read(inspecting.head)
    feed = _Feed()
    lines = write_export(head.header, feed)
    response = web.StreamResponse(
        headers={"Content-Disposition": 'attachment; filename="chaperone-log.ndjson"'}
    )
    response.content_type = NDJSON
    await response.prepare(call.request)
    await response.write(next(lines))
    for first in range(0, head.size, PAGE):
        page = await store.read(inspecting.export_page, first, min(PAGE, head.size - first))
        feed.put(page)
        # One line per entry: asking for more would end the export before the next page is here.
        await response.write(b"".join(islice(lines, len(page))))
    await response.write(b"".join(lines))
    await response.write_eof()
    return response
