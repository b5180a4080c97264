"""Whose word we take: the signature, its age, and the question whether an address is ours."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from integrations.zoom.webhooks import ZoomSignals
from service.errors import NotSignedIn
from service.ports import Challenge
from tests.integrations.zoom.test_webhooks import STAMP, THEN, hear, signed

VALIDATION = (
    b'{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},'
    b'"event_ts":1654503849680,"event":"endpoint.url_validation"}'
)
SIGNATURE = "v0=68238c651c15b14708431d690c8d8a8c7195e9427b1dea73b832858aeb4e146d"
ANSWER = "c9de34c1d7930b1a405a3639c3bb057df9bcfc532bbb5882bed84edc646f0fc0"


async def test_the_known_vector_is_answered_with_the_known_token() -> None:
    headers = {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE}
    answer = await hear(headers, VALIDATION)
    assert isinstance(answer, Challenge)
    assert answer.content_type == "application/json"
    assert json.loads(answer.answer) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": ANSWER,
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": str(STAMP)},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": ""},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE.upper()},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": SIGNATURE[3:]},
        {"x-zm-request-timestamp": str(STAMP), "x-zm-signature": "v0=\udcff\u00e9"},
        {"x-zm-request-timestamp": str(STAMP + 1), "x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": f"{STAMP}000", "x-zm-signature": SIGNATURE},
        {"x-zm-request-timestamp": "１６５４５０３８４９", "x-zm-signature": SIGNATURE},
        signed(VALIDATION, secret="another"),
    ],
)
async def test_an_unsigned_or_wrongly_signed_validation_is_not_answered(
    headers: dict[str, str],
) -> None:
    with pytest.raises(NotSignedIn):
        await hear(headers, VALIDATION)


@given(st.integers(0, len(VALIDATION) - 1), st.integers(1, 255))
async def test_one_changed_byte_breaks_the_signature(place: int, change: int) -> None:
    body = bytearray(VALIDATION)
    body[place] ^= change
    with pytest.raises(NotSignedIn):
        await hear(signed(VALIDATION), bytes(body))


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
async def test_a_signature_is_good_for_five_minutes_either_way(seconds: int) -> None:
    answer = await hear(signed(VALIDATION), VALIDATION, THEN + timedelta(seconds=seconds))
    assert isinstance(answer, Challenge)


@pytest.mark.parametrize("seconds", [-301, 301, 10**8])
async def test_a_stale_signature_is_refused(seconds: int) -> None:
    with pytest.raises(NotSignedIn):
        await hear(signed(VALIDATION), VALIDATION, THEN + timedelta(seconds=seconds))


def test_an_empty_secret_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="empty"):
        ZoomSignals(SecretStr(""))
