"""Which links we hand on, and how ids go into paths."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import HttpUrl, TypeAdapter
from yarl import URL

from integrations.links import origin_of, segment, trusted_link
from service.errors import ProviderRefused

ORIGINS = ("https://zoom.us", "https://*.zoom.us")


@pytest.mark.parametrize(
    "url", ["https://zoom.us/j/1?pwd=a", "https://us02web.zoom.us/w/1?tk=a", "HTTPS://ZOOM.US/s/1"]
)
def test_links_to_the_provider_are_believed(url: str) -> None:
    assert trusted_link(url, ORIGINS).get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "http://zoom.us/j/1",
        "https://zoom.us.evil.example/j/1",
        "https://evilzoom.us/j/1",
        "https://zoom.us@evil.example/j/1",
        "https://evil.example\\@zoom.us/j/1",
        "https://evil.example\\.zoom.us/j/1",
        "https://evil.example#.zoom.us/",
        "https://evil.example?.zoom.us/",
        "https://zoom.us:8443/j/1",
        "javascript:alert(1)//zoom.us",
        "//zoom.us/j/1",
        "https://[zoom.us/j/1",
        "https://zoom.us/j/1 2",
        "https://zoom.us/\nj",
        "",
        None,
        7,
    ],
)
def test_links_to_anywhere_else_are_refused(url: object) -> None:
    with pytest.raises(ProviderRefused):
        trusted_link(url, ORIGINS)


PIECES = ["https:", "http:", "//", "/", "\\", "@", ":", "443", ".", "#", "?", "[", "]"]
HOSTS = ["zoom.us", "evil.example", "us02web.", "evil"]


@given(st.lists(st.sampled_from(PIECES + HOSTS), max_size=8).map("".join))
@example("https://us02web.zoom.us/j")
@example("https://evil.example\\.zoom.us")
def test_what_is_believed_leads_to_the_provider_for_every_reader(url: str) -> None:
    """Two readers of addresses that share no code with each other must agree on the host."""
    try:
        trusted_link(url, ORIGINS)
    except ProviderRefused:
        return
    for host in (URL(url).host, TypeAdapter(HttpUrl).validate_python(url).host):
        assert host is not None
        assert host == "zoom.us" or host.endswith(".zoom.us")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_segment_stays_one_segment(text: str) -> None:
    assert not set(segment(text)) & set("/?#% ") - {"%"}


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Teams.Example:8443/l/meetup?x=1#y") == "https://teams.example:8443"
