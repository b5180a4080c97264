"""Readings of text that accept exactly one spelling of each value.

A second spelling would let someone change a published file without any check noticing.
"""

import base64
import binascii
import re

from service.audit import ProofFailed

# Go's verifiers hold sizes and indexes in an int64.
LARGEST_NUMBER = 2**63 - 1
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Standard Base64 with padding (RFC 4648 §4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str | bytes) -> bytes:
    """The bytes, or `ProofFailed` unless `text` is the one Base64 spelling of them."""
    try:
        spelling = text.encode("ascii") if isinstance(text, str) else text
        data = binascii.a2b_base64(spelling, strict_mode=True)
    except ValueError as error:
        raise ProofFailed("This is not Base64.") from error
    # Even strict mode lets the unused bits of the last character be anything.
    if binascii.b2a_base64(data, newline=False) != spelling:
        raise ProofFailed("This is not the standard Base64 spelling.")
    return data


def from_decimal(text: str) -> int:
    """A number from 0 to 2⁶³-1, or `ProofFailed` for signs, leading zeroes or other digits."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_NUMBER:
        raise ProofFailed("This is not a plain decimal number.")
    return int(text)
