"""What an operator sets for everybody outside whom we need: meeting providers, mail, and SMS.

Each says whether whoever holds it is trusted.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class ZoomSettings(BaseModel):
    """A Zoom account. Trusted: who holds these can make and read its meetings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account_id: str
    client_id: str
    client_secret: SecretStr
    webhook_secret: SecretStr
    base_url: str = "https://api.zoom.us"
    token_url: str = "https://zoom.us/oauth/token"  # noqa: S105 - an address
    link_origins: tuple[str, ...] = ("https://zoom.us", "https://*.zoom.us")
    registrant_domain: str = "door.invalid"
    plan: Literal["pro", "business"] = "pro"


class TeamsSettings(BaseModel):
    """A Microsoft 365 tenant. Trusted: who holds these can make and read its organisers' meetings.

    Sign in with `client_secret`, or with `certificate_file`: a PEM file of private key and
    certificate. Each of `notification_files` is such a file too, newest first; what Microsoft tells
    us is encrypted for the newest. `watch_key` is 32 bytes in base64.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant_id: str
    client_id: str
    client_secret: SecretStr | None = None
    certificate_file: Path | None = None
    notification_files: Annotated[tuple[Path, ...], Field(min_length=1)]
    watch_key: SecretStr
    graph_url: str = "https://graph.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    link_origins: tuple[str, ...] = ("https://teams.microsoft.com",)
    chat: Literal["disabled", "limited"] = "disabled"

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.client_secret is None) == (self.certificate_file is None):
            raise ValueError("give either client_secret or certificate_file")
        return self


class MailSettings(BaseModel):
    """Where messages go out. Trusted: the carrier reads every message with its personal link."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = 587
    sender: str
    username: str | None = None
    password: SecretStr | None = None
    security: Annotated[str, Field(pattern="^(starttls|tls|none)$")] = "starttls"


class SmsSettings(BaseModel):
    """The gateway that rings staff. Trusted: it learns their numbers, and that something is wrong.

    `url` takes the messages, `sender` is the name or number they come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    token: SecretStr
    sender: str
