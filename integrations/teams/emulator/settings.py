"""What an emulated Microsoft 365 tenant consists of, and what is switchable about it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

ALL_ROLES = (
    "OnlineMeetings.ReadWrite.All",
    "OnlineMeetingArtifact.Read.All",
    "CallRecords.Read.All",
    "User.Read.All",
    "Organization.Read.All",
)

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class EmulatedUser:
    """A member of the tenant; `policy_granted_at` None: no application access policy, ever."""

    user_id: str
    upn: str
    licensed: bool = True
    enabled: bool = True
    policy_granted_at: datetime | None = None


@dataclass(frozen=True)
class Options:
    """What real tenants differ in, what nobody has settled, and delays, all in seconds.

    `guest_identity`: how people who are not signed in show in live events: as `guest`, as `user`
    without a tenant, or not at all (`none`). `keys_case`: `pascal` as seen live, `camel` as
    documented.
    """

    coorganizers_pass_lobby: bool = True
    guest_identity: str = "guest"
    call_ended_when_all_left: bool = True
    keys_case: str = "pascal"
    passcode_on_url: bool = False
    anonymous_join: bool = True
    attendance_reports: bool = True
    reports_outlive_meeting: bool = False
    record_emails: bool = True
    null_intervals: bool = False
    report_delay_seconds: float = 0
    call_record_delay_seconds: float = 900
    policy_delay_seconds: float = 0
    events_need_policy: bool = False
    https_only: bool = False
    secret_expired: bool = False
    token_seconds: int = 3599
    items_per_body: int = 1
    records_per_page: int = 100
    subscription_quota: int = 10_000
    meetings_per_month: int = 2_000
    roles: tuple[str, ...] = ALL_ROLES


CHOICES = {"guest_identity": ("guest", "user", "none"), "keys_case": ("pascal", "camel")}


@dataclass(frozen=True)
class EmulatorSettings:
    """Demo values throughout; none of them opens anything real.

    `certificates` are X.509 in PEM, accepted for client assertions. `any_upn_of` lists domains in
    which every address is a member, made when first named. `links_open_here` puts `public_url`
    into join links, so that they can be clicked. `answer_within`, `retry_within` and
    `validate_within` are how many seconds a receiver has. `starts_at` stops the clock there.
    """

    tenant_id: str = "7c1e3b52-4a0d-4f5e-9d57-0c2f1d6a8b11"
    domain: str = "tuition.example"
    client_id: str = "b3f2a6c4-0d1e-4c55-8f27-5a9be1c70d22"
    client_secret: str = "demo~client.secret"  # noqa: S105
    certificates: tuple[str, ...] = ()
    public_url: str = ""
    links_open_here: bool = False
    organisers: tuple[EmulatedUser, ...] = (
        EmulatedUser(
            "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a01",
            "rooms-1@tuition.example",
            policy_granted_at=_LONG_AGO,
        ),
        EmulatedUser(
            "1f0d8a31-6b7e-4e0c-9a43-2d5c8e7f0a02",
            "rooms-2@tuition.example",
            policy_granted_at=_LONG_AGO,
        ),
    )
    users: tuple[EmulatedUser, ...] = ()
    any_upn_of: tuple[str, ...] = ("tuition.example",)
    starts_at: datetime | None = None
    seed: int | None = None
    answer_within: float = 3.0
    retry_within: float = 10.0
    validate_within: float = 10.0
    options: Options = field(default_factory=Options)


def graph_time(at: datetime) -> str:
    """Graph's way of writing an instant: UTC with seven digits after the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
