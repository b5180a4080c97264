"""`/openapi.json` and `/docs`, the second with files of a package: nothing comes from elsewhere."""

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import swagger_ui_bundle
from aiohttp import web

from service.web.middleware import CSP, PAGE_POLICY

ASSETS: dict[str, str] = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}
OWN_SCRIPT = Path(__file__).parent / "static" / "documentation.js"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chaperone: the interface for programs</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<noscript>The same in plain form: <a href="/openapi.json">openapi.json</a></noscript>
<div id="documentation"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/documentation.js"></script>
</body>
</html>
"""


def add_to(app: web.Application, document: Callable[[], dict[str, Any]]) -> None:
    """Serve the document, and pages that show it. Each is put together when first asked for: most
    deployments start far more often than anybody reads it."""
    whole = cache(document)
    app.router.add_get("/openapi.json", _serve(lambda: json.dumps(whole()), "application/json"))
    app.router.add_get("/docs", _serve(lambda: PAGE, "text/html"))
    shown = _serve(lambda: json.dumps(for_older_readers(whole())), "application/json")
    app.router.add_get("/docs/openapi.json", shown)
    app.router.add_get("/docs/documentation.js", _serve(OWN_SCRIPT.read_text, "text/javascript"))
    for name, media_type in ASSETS.items():
        file = Path(str(swagger_ui_bundle.swagger_ui_path / name))
        app.router.add_get(f"/docs/{name}", _serve(partial(file.read_text, "utf-8"), media_type))


def _serve(text: Callable[[], str], media_type: str) -> Any:
    headers = {"Cache-Control": "no-cache"}
    if media_type == "text/html":
        headers[CSP] = PAGE_POLICY

    @cache
    def body() -> bytes:
        return text().encode()

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=body(), content_type=media_type, charset="utf-8", headers=headers)

    return handle


def for_older_readers(document: dict[str, Any]) -> dict[str, Any]:
    """The same document labelled 3.0, for showing only: the packaged Swagger UI 4 refuses 3.1.

    "This or null" is written as `nullable`, and a constant as the only choice, as 3.0 has it.
    """
    return dict(_older(document), openapi="3.0.3")


def _older(part: Any) -> Any:
    if isinstance(part, list):
        return [_older(one) for one in part]
    if not isinstance(part, dict):
        return part
    seen = {name: _older(value) for name, value in part.items()}
    choices = seen.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        left = [one for one in choices if one != {"type": "null"}]
        del seen["anyOf"]
        seen |= {"nullable": True, "allOf": left} if len(left) == 1 else {"anyOf": left}
    if "const" in seen:
        seen["enum"] = [seen.pop("const")]
    return seen
