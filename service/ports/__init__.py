"""The edges of the house, as contracts: what a provider, a mailer and a clock must do for us.

Implementations live in `integrations/`. A port promises behaviour, not a vendor: whatever a provider
does differently is settled inside its own folder. Times are aware UTC. Secrets travel as `SecretStr`,
so that no repr, log line or traceback shows them.

Errors, by remedy (see `service.errors`): `ProviderRefused`, `ProviderBusy`, `ProviderUnavailable`
(surely did not act), `ProviderUnsure` (may have acted), `ProviderGone` (no such thing).
"""

from service.ports.budgets import Budget, Draw, NoBudget
from service.ports.checkups import Checkup, Complaint, Weight
from service.ports.clock import Clock, SystemClock
from service.ports.inside import Inside, InsidePerson
from service.ports.meetings import (
    Abilities,
    Attendance,
    Attended,
    MeetingFacts,
    MeetingHandle,
    MeetingPlan,
    MeetingProvider,
    Seat,
    WayIn,
)
from service.ports.messages import Messenger, OutgoingMessage
from service.ports.signals import (
    Challenge,
    Heard,
    Posted,
    Signal,
    SignalKind,
    SignalSource,
    WatchNews,
    WatchNotice,
    link_key,
)
from service.ports.texts import OutgoingText, Texter
from service.ports.watching import CallWatcher, Watch

__all__ = [
    "Abilities",
    "Attendance",
    "Attended",
    "Budget",
    "CallWatcher",
    "Challenge",
    "Checkup",
    "Clock",
    "Complaint",
    "Draw",
    "Heard",
    "Inside",
    "InsidePerson",
    "MeetingFacts",
    "MeetingHandle",
    "MeetingPlan",
    "MeetingProvider",
    "Messenger",
    "NoBudget",
    "OutgoingMessage",
    "OutgoingText",
    "Posted",
    "Seat",
    "Signal",
    "SignalKind",
    "SignalSource",
    "SystemClock",
    "Texter",
    "Watch",
    "WatchNews",
    "WatchNotice",
    "WayIn",
    "Weight",
    "link_key",
]
