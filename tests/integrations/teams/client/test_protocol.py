"""Graph's answers, sorted by what can be done about them."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.http import Answer
from integrations.teams.protocol import AlreadyThere, NoAccessPolicy, TokenRefused, read_answer
from integrations.teams.tokens import SignInRefused, read_token
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from tests.builders import NOW


def error(status: int, code: str = "", message: str = "", **headers: str) -> Answer:
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "x"}}}
    return Answer(
        status,
        {name.replace("_", "-"): text for name, text in headers.items()},
        json.dumps(body).encode(),
    )


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        (error(400, "BadRequest", "Invalid meeting id"), ProviderRefused),
        (error(401, "InvalidAuthenticationToken"), TokenRefused),
        (error(401, "AuthenticationError"), ProviderUnavailable),
        (error(403, "Forbidden"), ProviderRefused),
        (
            error(403, "Forbidden", "No Application Access Policy found for this app"),
            NoAccessPolicy,
        ),
        (
            error(403, "", "App x is not authorized to Create meeting on behalf of user y"),
            NoAccessPolicy,
        ),
        (error(404, "NotFound", "Organizer Id mismatch"), ProviderGone),
        (error(409), AlreadyThere),
        (error(429, "TooManyRequests"), ProviderBusy),
        (error(500, "InternalServerError"), ProviderUnsure),
        (error(503), ProviderUnsure),
        (error(302), ProviderUnsure),
        (error(408), ProviderUnsure),
        (Answer(502, {}, b"<html>Bad gateway</html>"), ProviderUnsure),
        (Answer(200, {}, b"<html>Sign in</html>"), ProviderUnsure),
        (Answer(200, {}, b"[]"), ProviderUnsure),
    ],
)
def test_each_answer_has_its_remedy(answer: Answer, meant: type[ProviderError]) -> None:
    with pytest.raises(ProviderError) as fault:
        read_answer(answer, NOW)
    assert type(fault.value) is meant


def test_an_empty_success_is_an_empty_object() -> None:
    assert read_answer(Answer(204, {}, b""), NOW) == {}


def test_a_fraction_of_a_second_to_wait_is_kept() -> None:
    with pytest.raises(ProviderBusy) as fault:
        read_answer(error(429, "TooManyRequests", Retry_After="2.128"), NOW)
    assert fault.value.retry_at == NOW + timedelta(seconds=2.128)


@pytest.mark.parametrize("told", ["", "soon", "-3", "1e9", "٣"])
def test_without_a_time_to_wait_we_wait_a_little(told: str) -> None:
    with pytest.raises(ProviderBusy) as fault:
        read_answer(error(429, Retry_After=told), NOW)
    assert fault.value.retry_at == NOW + timedelta(seconds=10)


@pytest.mark.pitfall(56)
def test_what_graph_says_in_words_is_not_kept() -> None:
    answer = error(403, "Forbidden", "User sam.second@tuition.example may not", request_id="abc-1")
    with pytest.raises(ProviderRefused) as fault:
        read_answer(answer, NOW)
    assert fault.value.details == {
        "status": 403,
        "provider_code": "Forbidden",
        "request_id": "abc-1",
    }
    assert "sam.second" not in f"{fault.value!r} {fault.value.details}"


@pytest.mark.pitfall(56)
def test_a_code_or_request_id_of_another_form_is_not_kept() -> None:
    answer = error(400, "sam@tuition.example is wrong", request_id="a b")
    with pytest.raises(ProviderRefused) as fault:
        read_answer(answer, NOW)
    assert fault.value.details == {"status": 400}


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_answer_at_all_raises_anything_but_a_provider_error(status: int, body: bytes) -> None:
    for read in (read_answer, read_token):
        try:
            read(Answer(status, {"Retry-After": "x", "request-id": "y"}, body), NOW)
        except ProviderError:
            pass


# --- tokens ---------------------------------------------------------------------------------------


def token(status: int, **body: object) -> Answer:
    return Answer(status, {}, json.dumps(body).encode())


def test_a_token_lives_as_long_as_it_says() -> None:
    found = read_token(token(200, access_token="abc", expires_in=3599), NOW)
    assert found.expires_at == NOW + timedelta(seconds=3599)
    assert "abc" not in repr(found)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (7000215, "secret's id"),
        (7000222, "run out"),
        (700016, "client id"),
        (700027, "certificate"),
        (90002, "tenant"),
        (1, "Microsoft refused"),
    ],
)
def test_the_trouble_with_a_sign_in_is_said_in_plain_words(number: int, word: str) -> None:
    answer = token(401, error="invalid_client", error_codes=[number], error_description="AADSTS")
    with pytest.raises(SignInRefused) as fault:
        read_token(answer, NOW)
    assert word in fault.value.sentence


@pytest.mark.parametrize(
    "answer",
    [
        token(500),
        token(503, error="temporarily_unavailable"),
        token(400, error="temporarily_unavailable"),
        token(200, access_token="", expires_in=3599),
        token(200, access_token="abc"),
        token(200, access_token="abc", expires_in="soon"),
        Answer(200, {}, b"<html>"),
    ],
)
def test_a_token_that_did_not_come_changed_nothing(answer: Answer) -> None:
    with pytest.raises(ProviderUnavailable):
        read_token(answer, NOW)


def test_a_token_endpoint_that_is_busy_says_until_when() -> None:
    with pytest.raises(ProviderBusy) as fault:
        read_token(Answer(429, {"retry-after": "3"}, b""), NOW)
    assert fault.value.retry_at == NOW + timedelta(seconds=3)
