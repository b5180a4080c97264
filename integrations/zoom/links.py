"""Which addresses are Zoom's, and how Zoom wants a meeting's uuid written into a path."""

from integrations.links import is_at, segment

ZOOM_LINKS = ("https://zoom.us", "https://*.zoom.us")


def uuid_segment(uuid: str) -> str:
    """A meeting uuid as a path segment: encoded twice if it starts with `/` or contains `//`.

    https://developers.zoom.us/docs/api/meetings/
    """
    once = segment(uuid)
    return segment(once) if uuid.startswith("/") or "//" in uuid else once


def trusted_base(api_url: str, configured: str) -> str:
    """The regional address from a token answer, if it is as trustworthy as the configured one.

    https://developers.zoom.us/docs/api/using-zoom-apis/ A bearer token goes to
    whatever this returns, so anything unexpected falls back to the configured address.
    """
    configured = configured.rstrip("/")
    if _is_zoom(configured) and _is_zoom(api_url):
        return api_url.rstrip("/")
    return configured


def _is_zoom(url: str) -> bool:
    return any(is_at(url, origin) for origin in ZOOM_LINKS)
