"""Answers in, meaning out; no socket needed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from integrations.http import Answer
from integrations.zoom.links import trusted_base, uuid_segment
from integrations.zoom.protocol import (
    ScopeMissing,
    TokenRefused,
    read_answer,
    read_token,
    retry_at,
    token_form,
    token_headers,
)
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)

NOW = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)
XML = b"<result><code>%d</code><message>m</message></result>"


def coded(status: int, code: int, message: str = "m") -> Answer:
    return Answer(status, {}, json.dumps({"code": code, "message": message}).encode())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (coded(401, 124), TokenRefused),
        (coded(400, 4711), ScopeMissing),
        (coded(401, 4700), ScopeMissing),
        (coded(400, 300), ProviderRefused),
        (coded(400, 3000), ProviderRefused),
        (coded(403, 2306), ProviderRefused),
        (coded(404, 3001), ProviderGone),
        (coded(404, 1001), ProviderGone),
        (coded(404, 2300), ProviderRefused),
        (coded(429, 429), ProviderBusy),
        (coded(400, 4001), ProviderBusy),
        (coded(500, 500), ProviderUnsure),
        (coded(200, 300), ProviderRefused),
        (coded(200, 3001), ProviderGone),
        (Answer(404, {}, XML % 3001), ProviderGone),
        (Answer(400, {}, XML % 300), ProviderRefused),
        (Answer(404, {}, b"<html>not here</html>"), ProviderRefused),
        (Answer(502, {}, b"<html>bad gateway</html>"), ProviderUnsure),
        (Answer(302, {}, b""), ProviderUnsure),
        (Answer(201, {}, b'{"id": 12'), ProviderUnsure),
        (Answer(200, {}, b"[]"), ProviderUnsure),
        (Answer(200, {}, b"<html>log in</html>"), ProviderUnsure),
    ],
)
def test_each_answer_names_its_remedy(answer: Answer, error: type[ProviderError]) -> None:
    with pytest.raises(error) as found:
        read_answer(answer, NOW)
    assert type(found.value) is error


def test_a_gateways_404_is_not_taken_for_a_deleted_meeting() -> None:
    with pytest.raises(ProviderRefused):
        read_answer(Answer(404, {"content-type": "text/html"}, b"<h1>404</h1>"), NOW)


def test_success_is_the_object_or_nothing() -> None:
    assert read_answer(Answer(201, {}, b'{"id": 7}'), NOW) == {"id": 7}
    assert read_answer(Answer(204, {}, b""), NOW) == {}


@pytest.mark.pitfall(56)
def test_zooms_own_words_are_not_kept_for_they_hold_names() -> None:
    with pytest.raises(ProviderRefused) as found:
        read_answer(coded(400, 300, "User Ada Lovelace may not"), NOW)
    assert "Ada" not in f"{found.value} {found.value.details}"
    assert found.value.details["provider_code"] == 300


@given(st.integers(100, 599), st.binary(max_size=80))
def test_any_bytes_under_any_status_are_read_or_refused_by_our_tree(
    status: int, body: bytes
) -> None:
    try:
        assert isinstance(read_answer(Answer(status, {}, body), NOW), dict)
        assert 200 <= status < 300
    except ProviderError:
        pass


# --- rate limits ----------------------------------------------------------------------------------


def test_a_daily_limit_without_a_time_waits_for_utc_midnight() -> None:
    by_header = Answer(429, {"X-RateLimit-Type": "Daily-limit"}, b"")
    by_text = Answer(429, {}, b'{"message":"exceeded the daily rate limit (100)"}')
    assert retry_at(by_header, NOW) == datetime(2026, 11, 25, tzinfo=UTC)
    assert retry_at(by_text, NOW) == datetime(2026, 11, 25, tzinfo=UTC)
    assert retry_at(Answer(429, {}, b""), NOW) == NOW + timedelta(seconds=2)


# --- tokens ---------------------------------------------------------------------------------------


def test_a_token_answer_becomes_a_token_that_hides_its_value() -> None:
    body = {
        "access_token": "very-secret",
        "expires_in": 3599,
        "scope": "a b",
        "api_url": "https://api-eu.zoom.us",
    }
    token = read_token(Answer(200, {}, json.dumps(body).encode()), NOW)
    assert token.value == SecretStr("very-secret")
    assert token.expires_at == NOW + timedelta(seconds=3599)
    assert token.scopes == {"a", "b"}
    assert "very-secret" not in repr(token)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400, {}, b'{"reason":"x","error":"invalid_client"}'), TokenRefused),
        (Answer(401, {}, b""), TokenRefused),
        (Answer(429, {}, b""), ProviderBusy),
        (Answer(500, {}, b""), ProviderUnavailable),
        (Answer(200, {}, b"{}"), ProviderUnavailable),
        (Answer(200, {}, b"<html>"), ProviderUnavailable),
    ],
)
def test_no_token_is_an_error_that_never_claims_to_have_acted(
    answer: Answer, error: type[ProviderError]
) -> None:
    with pytest.raises(error):
        read_token(answer, NOW)


def test_the_token_request_says_who_in_the_header_and_what_in_the_body() -> None:
    headers = token_headers("id", SecretStr("secret"))
    assert headers["Authorization"] == "Basic aWQ6c2VjcmV0"
    assert token_form("acc") == {"grant_type": "account_credentials", "account_id": "acc"}


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uuid", "path"),
    [
        ("aDYlohsHRtCd4ii1uC2+hA==", "aDYlohsHRtCd4ii1uC2%2BhA%3D%3D"),
        ("a/b==", "a%2Fb%3D%3D"),
        ("/ab==", "%252Fab%253D%253D"),
        ("a//b", "a%252F%252Fb"),
    ],
)
def test_a_uuid_is_encoded_twice_only_where_zoom_wants_it(uuid: str, path: str) -> None:
    assert uuid_segment(uuid) == path


@pytest.mark.parametrize(
    ("told", "configured", "used"),
    [
        ("https://api-eu.zoom.us", "https://api.zoom.us", "https://api-eu.zoom.us"),
        ("https://evil.example", "https://api.zoom.us", "https://api.zoom.us"),
        ("http://api.zoom.us", "https://api.zoom.us", "https://api.zoom.us"),
        ("", "https://api.zoom.us", "https://api.zoom.us"),
        ("https://api.zoom.us", "http://127.0.0.1:9001", "http://127.0.0.1:9001"),
        ("http://127.0.0.1:9001", "http://127.0.0.1:9001/", "http://127.0.0.1:9001"),
    ],
)
def test_bearer_tokens_go_only_to_zoom_or_to_where_we_were_told(
    told: str, configured: str, used: str
) -> None:
    assert trusted_base(told, configured) == used
