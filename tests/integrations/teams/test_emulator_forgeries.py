"""What a subscriber must refuse, made to order; and keys that change on either side."""

from typing import Any

import jwt
import pytest

from tests.integrations.teams.conftest import (
    STARTED_AT,
    SUBSCRIPTIONS,
    TENANT,
    EmulatedTenant,
    Receiver,
    begin,
    claims,
)
from tests.integrations.teams.opening import Keys


@pytest.mark.parametrize(
    ("form", "refused_as"),
    [
        ("token", jwt.InvalidSignatureError),
        ("audience", jwt.InvalidAudienceError),
        ("appid", AssertionError),
        ("issuer", AssertionError),
        ("tenant", AssertionError),
        ("expired", AssertionError),
        ("missing", KeyError),
    ],
)
async def test_a_forgery_fails_by_its_token(
    teams: EmulatedTenant,
    receiver: Receiver,
    meeting: dict[str, Any],
    form: str,
    refused_as: type[Exception],
) -> None:
    await teams.do("webhooks", mode="forged", form=form)
    await begin(teams, meeting)
    with pytest.raises(refused_as):
        told = await claims(teams, receiver.bodies[0]["validationTokens"][0])
        assert told["appid"] == "0bf30f3b-4a52-48df-9a82-234910c4a086"
        assert (told["iss"], told["tid"]) == (f"https://sts.windows.net/{TENANT}/", TENANT)
        assert told["exp"] > STARTED_AT.timestamp()


async def test_a_forgery_can_be_a_wrong_signature_or_a_wrong_state(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    await teams.do("webhooks", mode="forged", form="signature")
    person = await begin(teams, meeting)
    with pytest.raises(ValueError, match="signature"):
        receiver.keys.opened(receiver.items[0])
    receiver.bodies = []
    await teams.do("webhooks", mode="wrong_state")
    await teams.do(f"people/{person}/leave")
    await teams.do("webhooks/flush")
    assert "our-secret" not in {item["clientState"] for item in receiver.items}


async def test_keys_rotate_on_both_sides(
    teams: EmulatedTenant, receiver: Receiver, meeting: dict[str, Any]
) -> None:
    person = await begin(teams, meeting)
    old = receiver.bodies[0]["validationTokens"][0]
    await teams.do("keys/rotate")
    with pytest.raises(KeyError):
        await claims(teams, old)
    newer = Keys.made(2048, 2)
    (subscription,) = (await teams.see("state"))["subscriptions"]
    change = {"encryptionCertificate": newer.certificate, "encryptionCertificateId": "key-2"}
    assert (await teams.call("PATCH", f"{SUBSCRIPTIONS}/{subscription['id']}", change))[0] == 200
    await teams.do(f"people/{person}/leave")
    await teams.do("webhooks/flush")
    last = receiver.items[-1]
    assert last["encryptedContent"]["encryptionCertificateId"] == "key-2"
    assert newer.opened(last)["eventType"] == "callEnded"
    assert await claims(teams, receiver.bodies[-1]["validationTokens"][0])
