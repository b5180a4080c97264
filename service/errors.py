"""One tree of errors: a stable code for programs, a sentence for people, the fields concerned.

The branch says what the caller can do about it. Codes never change meaning. Sentences never hold a
name, a link, a passcode or a token: they are logged and shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field. `field` is a dotted path into the request, e.g. `children.0`.

    `lifted_by` says who can lift it, unless whoever asks has to ask for something else; `lift_before`
    until when that helps, as with a blocker.
    """

    field: str
    code: str
    sentence: str
    lifted_by: str | None = None
    lift_before: datetime | None = None


class ChaperoneError(Exception):
    """Something was refused or could not be done."""

    code = "error"
    sentence = "Something went wrong."

    def __init__(
        self,
        sentence: str | None = None,
        *,
        code: str | None = None,
        fields: Iterable[FieldProblem] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.sentence = sentence or self.sentence
        self.code = code or self.code
        self.fields = tuple(fields)
        self.details = dict(details or {})
        super().__init__(f"{self.code}: {self.sentence}")


# --- what a person or a calling program can mend ------------------------------------------------


class InvalidInput(ChaperoneError):
    """The request itself is wrong; sending it again will not help."""

    code = "invalid_input"
    sentence = "The request is not valid."

    @classmethod
    def of(cls, field: str, code: str, sentence: str) -> "InvalidInput":
        """An error about exactly one field."""
        return cls(fields=[FieldProblem(field, code, sentence)])


class NotSignedIn(ChaperoneError):
    """No valid sign-in came with the request."""

    code = "not_signed_in"
    sentence = "Sign in to do this."


class NotAllowed(ChaperoneError):
    """Signed in, but this role or person may not do it."""

    code = "not_allowed"
    sentence = "You may not do this."


class NotFound(ChaperoneError):
    """No such thing, or not for this person: the two look the same on purpose."""

    code = "not_found"
    sentence = "There is nothing here."


class Conflict(ChaperoneError):
    """The request clashes with what is recorded now."""

    code = "conflict"
    sentence = "This clashes with what is recorded."


class StaleVersion(Conflict):
    """The caller changed a thing it had not seen the newest version of."""

    code = "stale_version"
    sentence = "This was changed by someone else. Load it again and repeat your change."


class NotClear(Conflict):
    """A condition for the session does not hold; `details["blockers"]` lists each one."""

    code = "not_clear"
    sentence = "The conditions for this session do not all hold."


class TooLarge(ChaperoneError):
    """The body is larger than this route takes."""

    code = "too_large"
    sentence = "The request is too large."


class TooMany(ChaperoneError):
    """Too many tries in too short a time."""

    code = "too_many_requests"
    sentence = "Too many tries. Wait a little, or telephone us."


class NotReady(ChaperoneError):
    """A part of the service cannot do its work at the moment; nothing was changed."""

    code = "not_ready"
    sentence = "The service cannot do this at the moment. Nothing was changed."


# --- what a provider did, by the remedy ---------------------------------------------------------


class ProviderError(ChaperoneError):
    """A meeting or mail provider did not do what it was asked."""

    code = "provider_error"
    sentence = "The provider did not do this."


class ProviderRefused(ProviderError):
    """It said no, for good: asking again changes nothing until a person mends the cause."""

    code = "provider_refused"
    sentence = "The provider refused this."


class ProviderBusy(ProviderError):
    """It said not now. It surely did not act; `retry_at` is the earliest time to ask again (UTC)."""

    code = "provider_busy"
    sentence = "The provider asked us to wait."

    def __init__(self, sentence: str | None = None, *, retry_at: datetime | None = None) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at


class ProviderUnavailable(ProviderError):
    """It could not be reached or failed before acting. It surely did not act."""

    code = "provider_unavailable"
    sentence = "The provider could not be reached."


class ProviderUnsure(ProviderError):
    """It may or may not have acted: never repeat blindly, look first."""

    code = "provider_unsure"
    sentence = "The provider's answer was lost; it may have acted."


class ProviderGone(ProviderError):
    """The thing asked about does not exist at the provider (any more)."""

    code = "provider_gone"
    sentence = "The provider has no such thing."


# --- ours ------------------------------------------------------------------------------------------


class Misconfigured(ChaperoneError):
    """The service must not start like this; the sentence says which setting to mend."""

    code = "misconfigured"
    sentence = "The settings are not valid."
