"""Kinds of field that several bodies share."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from service.web.bodies import View, wrong

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:~-]{1,128}$")]
ExternalId = Annotated[
    str,
    Field(min_length=1, max_length=128, description="Your own id for it; the same one updates."),
]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
Reference = Annotated[
    str, Field(min_length=1, max_length=200, description="Where the document can be found.")
]
Evidence = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        description="How it can be checked: the number on file that was called, or the paper's mark.",
    ),
]

_ADDRESS = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@[A-Za-z0-9.-]{1,190}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{3,29}", re.ASCII)
_LEAST_DIGITS = 5


def _stated(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not text or not text.isprintable():
        raise wrong("missing", "This must say something, in one line.")
    return SecretStr(text)


def _mail_address(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    if not _ADDRESS.fullmatch(text):
        raise wrong("not_an_address", "This must be a mail address.")
    return SecretStr(text)


def _phone_number(value: SecretStr) -> SecretStr:
    text = value.get_secret_value().strip()
    # Numbers are compared to find one person behind two records: "none" would make everybody one.
    if not _NUMBER.fullmatch(text) or sum(sign.isdigit() for sign in text) < _LEAST_DIGITS:
        raise wrong("not_a_number", "This must be a telephone number.")
    return SecretStr(text)


Name = Annotated[SecretStr, Field(max_length=200), AfterValidator(_stated)]
MailAddress = Annotated[SecretStr, Field(max_length=254), AfterValidator(_mail_address)]
PhoneNumber = Annotated[SecretStr, Field(max_length=40), AfterValidator(_phone_number)]


class Made(View):
    """The id of what was made or changed."""

    id: str


class Kept(View):
    """A person's record that is there now, by its ids alone."""

    id: str
    external_id: str | None
    version: int


class KeptPerson(Kept):
    """A record that was just kept, with others that may be of the same person."""

    look_alikes: tuple[str, ...] = Field(
        description="Ids of other records with the same name and birth date, address or number."
    )
