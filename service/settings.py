"""Addresses, keys and mode: everything an operator sets, typed, with unknown names refused.

Settings come from environment variables `CHAPERONE_…` and, for what the organisation itself decides,
from `organisation.toml`. Each says below whether what it points at is trusted.
"""

import re
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import InvalidInput, Misconfigured
from service.outside_settings import MailSettings, SmsSettings, TeamsSettings, ZoomSettings
from service.policy.organisation import (
    EMERGENCY,
    INDEPENDENT,
    Contacts,
    Hours,
    Organisation,
    Windows,
)
from service.policy.session import CoverMode
from service.policy.staff import CheckScheme
from service.policy.staff_rules import VISITING_ROOMS
from service.policy.times import zone_named

PREFIX = "CHAPERONE_"
LOCAL = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?")


class Mode(StrEnum):
    """What the deployment is for. A database belongs to one mode for ever (pitfall 71)."""

    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The deployment. Nested names use two underscores: `CHAPERONE_ZOOM__ACCOUNT_ID`.

    Keys are written `id:base64` (32 bytes), several separated by commas, newest first; `chaperone
    keys` makes a set. Keep them outside the database and its backups.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    mode: Mode = Mode.PRODUCTION
    database_url: str = "sqlite:///chaperone.db"
    organisation_file: Path = Path("organisation.toml")
    base_url: str
    listen_host: str = "127.0.0.1"
    listen_port: int = 8000

    sealing_keys: SecretStr
    contact_key: SecretStr
    log_key: SecretStr
    statement_key: SecretStr
    token_keys: SecretStr
    form_key: SecretStr

    zoom: ZoomSettings | None = None
    teams: TeamsSettings | None = None
    mail: MailSettings | None = None
    sms: SmsSettings | None = None

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^/\s]+", value):
            raise ValueError("write scheme and host only, like https://chaperone.example")
        return value

    @model_validator(mode="after")
    def _must_be_safe(self) -> Self:
        """Production takes no emulator and no clear-text address."""
        if self.mode is Mode.DEMO:
            return self
        if any(LOCAL.fullmatch(url) for url in self._provider_urls()):
            raise ValueError("an emulator cannot be used in production")
        if self.zoom is None and self.teams is None:
            raise ValueError(
                "production needs a meeting provider: set CHAPERONE_ZOOM__… or …TEAMS__…"
            )
        if not self.base_url.startswith("https://"):
            raise ValueError("production needs an https base_url")
        if self.sms is not None and not self.sms.url.startswith("https://"):
            raise ValueError("production needs an https address of the SMS gateway")
        return self

    def _provider_urls(self) -> list[str]:
        zoom = [self.zoom.base_url, self.zoom.token_url] if self.zoom else []
        teams = [self.teams.graph_url, self.teams.login_url] if self.teams else []
        return zoom + teams + ([self.sms.url] if self.sms else [])


def load_settings() -> Settings:
    """The settings of the environment; `Misconfigured` names each one that is wrong, and no value."""
    try:
        return Settings()  # the environment fills it
    except ValidationError as error:
        told = "; ".join(
            f"{_variable(item['loc'])}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise Misconfigured(f"The settings are not valid. {told}") from None


def _variable(place: tuple[int | str, ...]) -> str:
    return PREFIX + "__".join(str(part).upper() for part in place) if place else "settings"


# --- organisation.toml ----------------------------------------------------------------------------


class _Day(BaseModel):
    model_config = ConfigDict(extra="forbid")

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


class _Hours(BaseModel):
    model_config = ConfigDict(extra="forbid")

    monday: _Day | None = None
    tuesday: _Day | None = None
    wednesday: _Day | None = None
    thursday: _Day | None = None
    friday: _Day | None = None
    saturday: _Day | None = None
    sunday: _Day | None = None


NumberOrAddress = Annotated[str, Field(pattern=r"^(\+?[0-9][0-9 ]+|https://\S+)$")]


class _Contacts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    phone: str
    safeguarding_lead: str
    copies_to: str
    guidance: tuple[str, ...] = ()
    emergency: Annotated[dict[str, NumberOrAddress], Field(min_length=1)] = dict(EMERGENCY)
    independent: Annotated[str, Field(min_length=1)] = INDEPENDENT
    independent_mail: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    management: tuple[str, ...] = ()

    def told(self) -> Contacts:
        """As the rules know them."""
        return Contacts(**self.model_dump() | {"emergency": tuple(self.emergency.items())})


class _Organisation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    zone: str
    domains: Annotated[tuple[str, ...], Field(min_length=1)]
    contacts: _Contacts
    hours: _Hours
    closed_days: tuple[date, ...] = ()
    windows: dict[str, int] = {}
    staff_only_accounts: tuple[str, ...] = ()
    accepted_checks: tuple[CheckScheme, ...] = ()
    cover_modes: Annotated[tuple[CoverMode, ...], Field(min_length=1)] = (CoverMode.THROUGHOUT,)
    second_staff_rooms: Annotated[int, Field(ge=1, le=VISITING_ROOMS)] = 1
    rehearsal: bool = False
    rehearsal_messages: bool = False
    review_warning_days: Annotated[int, Field(ge=7, le=90)] = 30
    middle_sighting: bool = True

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            zone_named(value)
        except InvalidInput:
            raise ValueError("there is no such time zone") from None
        return value


def load_organisation(path: Path) -> Organisation:
    """Read `organisation.toml`. `Misconfigured` names each field that is wrong or out of bounds."""
    try:
        told = _Organisation.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise Misconfigured(f"Cannot read {path.name}.") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path.name} is not TOML: {error}") from None
    except ValidationError as error:
        fields = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise Misconfigured(f"{path.name} is not valid. {fields}") from None
    return Organisation(
        name=told.name,
        contacts=told.contacts.told(),
        zone=zone_named(told.zone),
        domains=frozenset(domain.casefold() for domain in told.domains),
        hours=tuple(Hours(day.opens, day.closes) if day else None for _, day in told.hours),
        closed_days=frozenset(told.closed_days),
        windows=_windows(path, told.windows),
        staff_only_accounts=frozenset(one.casefold() for one in told.staff_only_accounts),
        cover_modes=frozenset(told.cover_modes),
        second_staff_rooms=told.second_staff_rooms,
        accepted_checks=frozenset(scheme.value for scheme in told.accepted_checks),
        rehearsal=told.rehearsal,
        rehearsal_messages=told.rehearsal_messages,
        review_warning_days=told.review_warning_days,
        middle_sighting=told.middle_sighting,
    )


def _windows(path: Path, told: dict[str, int]) -> Windows:
    try:
        windows = Windows(**told)
    except TypeError:
        raise Misconfigured(f"{path.name}: windows has an unknown name.") from None
    problems = windows.problems()
    if problems:
        fields = "; ".join(f"{problem.field}: {problem.sentence}" for problem in problems)
        raise Misconfigured(f"{path.name} is out of bounds. {fields}")
    return windows
