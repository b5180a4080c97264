"""Microsoft's published keys, and the tokens that they sign, served over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from jwt.algorithms import RSAAlgorithm

from integrations.teams.validation import GRAPH_CHANGE_TRACKING
from tests.builders import NOW
from tests.integrations.teams.client.keys import rsa_key
from tests.integrations.teams.client.parts import CLIENT, TENANT


@dataclass
class Publisher:
    """Publishes keys as Microsoft does, or fails to."""

    names: list[str] = field(default_factory=lambda: ["ms-1"])
    status: int = 200
    elsewhere: str = ""
    asked: int = 0
    origin: str = ""

    async def configuration(self, request: web.Request) -> web.Response:
        self.asked += 1
        where = self.elsewhere or f"{self.origin}/common/discovery/keys"
        return web.json_response({"jwks_uri": where}, status=self.status)

    async def keys(self, request: web.Request) -> web.Response:
        rows: list[dict[str, Any]] = [{"kty": "EC", "kid": "odd"}, {"kty": "RSA", "kid": "broken"}]
        return web.json_response({"keys": rows + [published(name) for name in self.names]})


def published(name: str) -> dict[str, Any]:
    key = RSAAlgorithm.to_jwk(rsa_key(name).public_key(), as_dict=True)
    return {**key, "kid": name, "use": "sig"}


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    found = Publisher()
    app = web.Application()
    app.router.add_get("/common/.well-known/openid-configuration", found.configuration)
    app.router.add_get("/common/discovery/keys", found.keys)
    async with TestServer(app) as server:
        found.origin = str(server.make_url("")).rstrip("/")
        yield found


def claims(**changes: object) -> dict[str, Any]:
    return {
        "aud": CLIENT,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "tid": TENANT,
        "appid": GRAPH_CHANGE_TRACKING,
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
        "nbf": int((NOW - timedelta(minutes=5)).timestamp()),
        **changes,
    }


def token(key: str = "ms-1", kid: str | None = None, **changes: Any) -> str:
    headers = {"kid": kid or key}
    return jwt.encode(claims(**changes), rsa_key(key), "RS256", headers=headers)
