"""The form on which a concern is raised: only words are asked for, everything else may stay open."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import TypeVar

from pydantic import SecretStr

from service.errors import InvalidInput, TooMany
from service.policy.concern import About, ConcernKind, Desk, Severity, Status
from service.policy.concerns import Concern
from service.policy.organisation import Organisation
from service.policy.people import ChildId, SessionId
from service.store.concerns import concerns
from service.store.idempotency import once
from service.store.transactions import Reader
from service.web.forms import form_token
from service.web.limits import Limiter
from service.web.pages.deeds import Form, Step, chosen, gathered
from service.workflows.concerns.concerns import AddWords, RaiseConcern, add_words, raise_concern

RAISE, ADD, LOOK = "concern", "add", "look"
LONGEST, LONGEST_ABOUT = 8000, 500
E = TypeVar("E", ConcernKind, Severity)


@dataclass(frozen=True)
class Raised:
    """A concern as the person who raised it sees it: its number and how far it is, never a word."""

    concern_id: str
    number: str
    status: Status
    with_whom: Desk
    raised_at: datetime
    answer_by: datetime


def shown(concern: Concern, organisation: Organisation) -> Raised:
    """What its reporter may see of it."""
    return Raised(
        concern.concern_id,
        concern.label,
        concern.now.status,
        concern.goes_to,
        concern.raised_at,
        concern.deadlines(organisation).acknowledged_by,
    )


def own(reader: Reader, subject: str) -> tuple[Raised, ...]:
    """What one person raised, newest first."""
    found = concerns.raised_by(reader, subject)
    return tuple(shown(one, reader.house.organisation) for one in reversed(found))


def fresh() -> str:
    """What makes two presses of one button the same concern."""
    return secrets.token_urlsafe(12)


def raising(form: Form, who: str, session_id: SessionId | None, child_id: ChildId | None) -> Step:
    """The concern of a filled-in form. The same form sent twice is one concern; with other words it is
    another, as nothing that somebody wrote may get lost."""
    words, kind, severity, about, about_words = gathered(
        partial(_words, form, "words", LONGEST),
        partial(_one_of, form, "kind", ConcernKind.OTHER),
        partial(_one_of, form, "severity", Severity.SERIOUS),
        partial(_about, form),
        partial(_about_words, form),
    )
    command = RaiseConcern(
        kind=kind,
        severity=severity,
        words=words,
        about=about,
        about_words=about_words,
        session_id=session_id,
        child_id=child_id,
        write_back=form.get("no_letter") != "yes",
    )
    fields = sorted((name, value) for name, value in form.items() if name != "form_token")
    mark = sha256(repr((who, fields)).encode()).hexdigest()
    return Step(once(raise_concern, f"concern-form:{mark}", mark), command)


def adding(form: Form) -> Step:
    """Words to add to a concern of one's own."""
    words = _words(form, "more", LONGEST)
    return Step(add_words, AddWords(form.get("concern_id", ""), words))


def _words(form: Form, field: str, longest: int) -> SecretStr:
    text = form.get(field, "").strip()
    if not text:
        raise InvalidInput.of(field, "missing", "Say in your own words what it is about.")
    if len(text) > longest:
        raise InvalidInput.of(
            field, "too_long", "This is too long for one form. Send a part, then add the rest."
        )
    return SecretStr(text)


def _about_words(form: Form) -> SecretStr | None:
    given = form.get("about_words", "").strip()
    return _words(form, "about_words", LONGEST_ABOUT) if given else None


def _one_of(form: Form, field: str, otherwise: E) -> E:
    return chosen(form, field, type(otherwise)) if form.get(field) else otherwise


def _about(form: Form) -> frozenset[About]:
    known = {one.value for one in About}
    return frozenset(About(one) for one in form.getall("about", []) if one in known)


def check_limit(limiter: Limiter, who: str) -> None:
    """Nothing is dropped: what was typed stays on the page."""
    try:
        limiter.check(f"concern:{who}")
    except TooMany as error:
        raise TooMany(
            "You have sent a lot in a short time. Your words are still here: send them again in a few "
            "minutes, or telephone the safeguarding lead.",
            code="too_many_concerns",
            details=error.details,
        ) from None


# --- which concern was just raised ----------------------------------------------------------------------


def mark_of(key: bytes, who: str, concern_id: str) -> str:
    """What an address holds after raising a concern, so that its page can say the number."""
    return f"{concern_id}.{form_token(key, f'raised:{who}:{concern_id}')}"


def just_raised(key: bytes, who: str, given: str) -> str | None:
    """The concern that an address names, if it is one that we put there for the same person."""
    concern_id, _, _ = given.partition(".")
    genuine = secrets.compare_digest(mark_of(key, who, concern_id).encode(), given.encode())
    return concern_id if genuine else None
