"""Reading a request: its size, its JSON, its headers. Everything doubtful is refused by name."""

import asyncio
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from pydantic import ValidationError

from service.errors import InvalidInput, NotFound, TooLarge
from service.web.bodies import Body, Query
from service.web.invalid import invalid_input
from service.web.routes import IdempotencyKey, Route

READ_WITHIN_SECONDS = 20
DEEPEST = 32
"""How far lists and objects may nest in each other."""

MOST_FIELDS = 200
"""In one HTML form."""

B = TypeVar("B", bound=Body)
Q = TypeVar("Q", bound=Query)

_CREDENTIALS_IN_URL = frozenset({"access_token", "token", "id_token", "jwt", "bearer"})
_PATH_VALUE = re.compile(r"[A-Za-z0-9_.:~-]{1,128}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_VERSION = re.compile(r'"(0|[1-9][0-9]{0,17})"', re.ASCII)


async def read_bytes(
    request: web.Request, most: int, within_seconds: float = READ_WITHIN_SECONDS
) -> bytes:
    """The body, if it comes whole, in time, unpacked, and with at most `most` bytes."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise InvalidInput("Send the body uncompressed.", code="unsupported_media_type")
    if (request.content_length or 0) > most:
        raise TooLarge
    try:
        async with asyncio.timeout(within_seconds):
            return await _read_at_most(request, most)
    except TimeoutError as error:
        raise InvalidInput("The body did not arrive in time.", code="too_slow") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise InvalidInput("The body is damaged.", code="malformed_body") from error


async def _read_at_most(request: web.Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


def check_media_type(request: web.Request) -> None:
    """`application/json`, in UTF-8, and nothing else."""
    if request.content_type != "application/json":
        raise InvalidInput("Send application/json.", code="unsupported_media_type")
    if (request.charset or "utf-8").lower() != "utf-8":
        raise InvalidInput("Send JSON in UTF-8.", code="unsupported_media_type")


def read_body(raw: bytes, model: type[B]) -> B:
    """The body as its model. Nothing that two JSON readers might understand differently gets through."""
    _check_json(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise invalid_input(error) from None


def _check_json(raw: bytes) -> None:
    try:
        read = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_no_name_twice, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise InvalidInput("The body is not UTF-8.", code="malformed_json") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise InvalidInput("This is not valid JSON.", code="malformed_json") from None
    # Counting brackets and looking for the escape is cheap; only a suspect is walked through.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST or b"\\u0000" in raw:
        _check_values(read)


def _no_name_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise InvalidInput("An object names the same field twice.", code="malformed_json")
    return read


def _no_constant(_: str) -> NoReturn:
    raise InvalidInput("NaN and Infinity are not JSON.", code="malformed_json")


def _too_deep() -> InvalidInput:
    return InvalidInput(f"This nests more than {DEEPEST} levels deep.", code="malformed_json")


def _check_values(read: object) -> None:
    left = [(read, 1)]
    while left:
        value, depth = left.pop()
        if isinstance(value, str) and "\0" in value:
            # PostgreSQL cannot store it, and nobody types it.
            raise InvalidInput("Text may not hold the character NUL.", code="malformed_json")
        if isinstance(value, dict | list) and depth > DEEPEST:
            raise _too_deep()
        left += [(one, depth + 1) for one in _inside(value)]


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def read_query(request: web.Request, model: type[Q] | None) -> Q | None:
    """The parameters as their model; a credential among them is refused, so that none is ever used."""
    given = request.query
    if not _CREDENTIALS_IN_URL.isdisjoint(name.lower() for name in given):
        raise InvalidInput(
            "Send the token in the Authorization header. This one was in an address, where others "
            "may have read it: replace it.",
            code="token_in_url",
        )
    if len(set(given)) != len(given):
        raise InvalidInput("A parameter is given twice.")
    if any("\0" in value for value in given.values()):
        raise InvalidInput("A parameter holds the character NUL.")
    return _validated(dict(given), model)


def _validated(given: Mapping[str, str], model: type[Q] | None) -> Q | None:
    try:
        if model is None:
            Query.model_validate_strings(given)
            return None
        return model.model_validate_strings(given, strict=True)
    except ValidationError as error:
        raise invalid_input(error) from None


def read_path(request: web.Request) -> dict[str, str]:
    """The values in the path. What cannot be an id of anything is simply not there."""
    values = dict(request.match_info)
    if not all(_PATH_VALUE.fullmatch(value) for value in values.values()):
        raise NotFound
    return values


def read_form(request: web.Request, raw: bytes) -> MultiDict[str]:
    """The fields of an ordinary HTML form, in UTF-8. Pages read the bytes with `read_bytes` first."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise InvalidInput("Send the form as it is on the page.", code="unsupported_media_type")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise InvalidInput("The form is damaged.", code="malformed_body") from None
    if any("\0" in text for pair in pairs for text in pair):
        raise InvalidInput("The form is damaged.", code="malformed_body")
    return MultiDict(pairs)


def read_if_match(request: web.Request) -> int:
    """The version the caller has seen: exactly one strong ETag of ours (RFC 9110 section 13.1.1)."""
    given = request.headers.getall("If-Match", [])
    if not given:
        raise InvalidInput(
            "Say which version you are changing, in an If-Match header.", code="if_match_missing"
        )
    found = _VERSION.fullmatch(given[0].strip())
    if len(given) > 1 or not found:
        raise InvalidInput('If-Match must be one ETag, like "7".', code="malformed_header")
    return int(found[1])


def read_idempotency_key(
    request: web.Request, route: Route, subject: str, raw: bytes
) -> IdempotencyKey | None:
    """The key, tied to subject and route, and what was asked under it; none if none was sent."""
    given = request.headers.getall("Idempotency-Key", [])
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise InvalidInput(
            "Idempotency-Key must be 1 to 255 visible ASCII characters.", code="malformed_header"
        )
    return IdempotencyKey(
        scope=_digest(subject, route.name, given[0]),
        body_hash=_digest(request.path_qs, hashlib.sha256(raw).hexdigest()),
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
