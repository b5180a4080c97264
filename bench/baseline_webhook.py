"""The baseline: a bare aiohttp handler with the same HMAC and one durable insert."""

import hashlib
import hmac
import sqlite3
import time

import click
from aiohttp import web

from bench.deployment import WEBHOOK_SECRET


def application(database: str) -> web.Application:
    """The one route."""
    conn = sqlite3.connect(database, isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute("CREATE TABLE IF NOT EXISTS signals (digest TEXT PRIMARY KEY, body BLOB, at REAL)")
    key = WEBHOOK_SECRET.encode()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["x-zm-request-timestamp"]
        wanted = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={wanted}", request.headers["x-zm-signature"]):
            return web.Response(status=401)
        if abs(time.time() - int(stamp)) > 300:
            return web.Response(status=401)
        row = (hashlib.sha256(body).hexdigest(), body, time.time())
        conn.execute("INSERT OR IGNORE INTO signals VALUES (?, ?, ?)", row)
        return web.Response(status=204)

    async def alive(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application()
    app.router.add_post("/hooks/zoom", take)
    app.router.add_get("/healthz", alive)
    return app


@click.command()
@click.option("--database", required=True)
@click.option("--port", type=int, required=True)
def main(database: str, port: int) -> None:
    """Serve the baseline."""
    web.run_app(application(database), host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
