"""Which addresses of Zoom's we believe, and how Zoom wants ids written into a path."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from service.errors import ProviderRefused

ZOOM_LINKS = ("https://zoom.us", "https://*.zoom.us")

_PLAIN_URL = re.compile(r"[\x21-\x7e]+")


def segment(text: str) -> str:
    """One path segment, percent-encoded once."""
    return quote(text, safe="")


def uuid_segment(uuid: str) -> str:
    """A meeting uuid as a path segment: encoded twice if it starts with `/` or contains `//`.

    https://developers.zoom.us/docs/api/meetings/
    """
    once = segment(uuid)
    return segment(once) if uuid.startswith("/") or "//" in uuid else once


def trusted_link(url: object, origins: Iterable[str]) -> SecretStr:
    """The link, if it leads to one of `origins` (`https://*.zoom.us` stands for any host below it).

    We hand these links to children and staff, so an answer that points elsewhere is refused.
    """
    if isinstance(url, str) and any(_is_at(url, origin) for origin in origins):
        return SecretStr(url)
    raise ProviderRefused("The provider answered with a link that does not lead to the provider.")


def trusted_base(api_url: str, configured: str) -> str:
    """The regional address from a token answer, if it is as trustworthy as the configured one.

    https://developers.zoom.us/docs/api/using-zoom-apis/ A bearer token goes to
    whatever this returns, so anything unexpected falls back to the configured address.
    """
    configured = configured.rstrip("/")
    if _is_zoom(configured) and _is_zoom(api_url):
        return api_url.rstrip("/")
    return configured


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_zoom(url: str) -> bool:
    return any(_is_at(url, origin) for origin in ZOOM_LINKS)


def _is_at(url: str, origin: str) -> bool:
    # A backslash or a user part makes browsers and parsers disagree on the host: refuse both.
    if not _PLAIN_URL.fullmatch(url) or "\\" in url or "@" in urlsplit(url).netloc:
        return False
    actual, wanted = origin_of(url), origin.lower()
    scheme, star, domain = wanted.partition("*.")
    if not star:
        return actual == wanted
    return actual.startswith(scheme) and actual.endswith(f".{domain}")
