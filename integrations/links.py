"""Which addresses a provider may hand us, and how ids are written into a path."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from service.errors import ProviderRefused

_PLAIN_URL = re.compile(r"[\x21-\x7e]+")


def segment(text: str) -> str:
    """One path segment, percent-encoded once (RFC 3986 section 2.1)."""
    return quote(text, safe="")


def trusted_link(url: object, origins: Iterable[str]) -> SecretStr:
    """The link, if it leads to one of `origins` (`https://*.zoom.us` stands for any host below it).

    We hand these links to children and staff, so an answer that points elsewhere is refused.
    """
    if isinstance(url, str) and any(is_at(url, origin) for origin in origins):
        return SecretStr(url)
    raise ProviderRefused("The provider answered with a link that does not lead to the provider.")


def is_at(url: str, origin: str) -> bool:
    """Whether an address lies at an origin, under every reading of it that a browser may take."""
    # A backslash or a user part makes browsers and parsers disagree on the host: refuse both.
    if not _PLAIN_URL.fullmatch(url) or "\\" in url:
        return False
    try:
        if "@" in urlsplit(url).netloc:
            return False
    except ValueError:  # brackets that hold no IPv6 address
        return False
    actual, wanted = origin_of(url), origin.lower()
    scheme, star, domain = wanted.partition("*.")
    if not star:
        return actual == wanted
    return actual.startswith(scheme) and actual.endswith(f".{domain}")


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, in small letters."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
