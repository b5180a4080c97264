"""How staff, inspectors and machines sign in: a bearer token for programs, a cookie for pages.

Parents never come this way. No credential is taken from an address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

import jwt
from aiohttp import web

from service.policy.people import Actor
from service.ports import Clock
from service.web.openid import OpenIdIssuer
from service.web.tokens import TokenKeys, TokenRefused, header_of

COOKIE = "__Host-chaperone"
PAGES = "pages"
"""The purpose of the token in the cookie. It is no bearer token, nor is a bearer token a cookie."""

COOKIE_LIFE = timedelta(hours=8)


class SignIn:
    """Our own tokens and those of the organisation's OpenID providers, told apart by their issuer."""

    def __init__(self, own: TokenKeys, clock: Clock, others: Iterable[OpenIdIssuer] = ()) -> None:
        self._own = own
        self._clock = clock
        self._others = {one.settings.issuer: one for one in others}

    async def bearer(self, request: web.Request) -> Actor:
        """Who the one `Authorization: Bearer` header is for (RFC 6750), or `TokenRefused`."""
        given = request.headers.getall("Authorization", [])
        if not given:
            raise TokenRefused("no token")
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise TokenRefused("not one bearer token")
        return await self.verify(token)

    async def verify(self, token: str) -> Actor:
        """Who an access token is for, or `TokenRefused`."""
        actor, _ = await self._read(token)
        return actor

    async def _read(self, token: str) -> tuple[Actor, datetime]:
        if not self._others:
            return self._own.read(token)
        # The issuer that the token names only chooses whose keys must have signed it.
        other = self._others.get(_claimed_issuer(token))
        return await other.read(token) if other else self._own.read(token)

    async def cookie_for(self, token: str) -> str:
        """The value of a `Set-Cookie` header that signs in on pages who `token` is for.

        It ends with the token, and after eight hours at most. It is a new token, so nothing that was
        set in the browser before lives on (ASVS 7.2.4). `TokenRefused` if `token` is not good.
        """
        actor, ends_at = await self._read(token)
        life = min(COOKIE_LIFE, self._own.longest, ends_at - self._clock.now())
        if life < timedelta(seconds=1):
            raise TokenRefused("expired")
        return _cookie(self._own.mint(actor.subject, actor.roles, life, PAGES), life)

    def actor_from(self, request: web.Request) -> Actor:
        """Who the page's cookie is for, or `TokenRefused`."""
        token = request.cookies.get(COOKIE)
        if token is None:
            raise TokenRefused("no cookie")
        return self._own.verify(token, PAGES)


def cookie_removed() -> str:
    """The value of a `Set-Cookie` header that signs out this browser. Copies live until they expire."""
    return _cookie("", timedelta())


def _cookie(value: str, life: timedelta) -> str:
    jar: SimpleCookie = SimpleCookie()
    jar[COOKIE] = value
    jar[COOKIE]["path"] = "/"
    jar[COOKIE]["max-age"] = str(int(life.total_seconds()))
    jar[COOKIE]["secure"] = "yes"
    jar[COOKIE]["httponly"] = "yes"
    jar[COOKIE]["samesite"] = "Strict"
    return jar[COOKIE].OutputString()


def _claimed_issuer(token: str) -> str:
    header_of(token)
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenRefused("form") from None
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) else ""
