"""Proof that a form was sent from the page we served it on, and by the person we served it to."""

import base64
import hashlib
import hmac

from aiohttp import web

from service.errors import NotAllowed

FIELD = "form_token"


def form_token(key: bytes, binding: str) -> str:
    """The hidden field of one form. `binding` names the form and whom it was served to.

    Bind it to something secret of that person: the cookie, or the hash of the link they came by.
    """
    mark = hmac.digest(key, b"form\0" + binding.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


def check_form_token(key: bytes, binding: str, given: object) -> None:
    """`NotAllowed` unless `given` is the token of this form for this person."""
    fits = isinstance(given, str) and hmac.compare_digest(
        form_token(key, binding).encode(), given.encode()
    )
    if not fits:
        raise NotAllowed("This form is out of date. Open the page again.", code="form_out_of_date")


def check_same_origin(request: web.Request, origin: str) -> None:
    """`NotAllowed` if the browser says that another site sent this.

    A browser that says nothing is let through to the form token: over plain HTTP there is no
    `Sec-Fetch-Site`, and pages with `Referrer-Policy: no-referrer` send `Origin: null` even to
    their own site (Fetch standard, "append a request Origin header").
    """
    site = request.headers.get("Sec-Fetch-Site")
    said = request.headers.get("Origin", "null")
    foreign = site != "same-origin" if site is not None else said not in ("null", origin)
    if foreign:
        raise NotAllowed("This came from another site.", code="other_site")
