"""What a workflow is handed: everything it may touch, and nothing it may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.policy.organisation import Organisation
from service.ports import (
    CallWatcher,
    Checkup,
    Clock,
    MeetingProvider,
    Messenger,
    SignalSource,
    Texter,
)

if TYPE_CHECKING:
    from service.store.transactions import Store


@dataclass(frozen=True)
class Deps:
    """The service's parts, put together once in `service.app`. `base_url` has no trailing slash."""

    store: "Store"
    clock: Clock
    organisation: Organisation
    providers: Mapping[str, MeetingProvider]
    signal_sources: Mapping[str, SignalSource]
    watchers: Mapping[str, CallWatcher]
    checkups: Mapping[str, Checkup]
    messenger: Messenger
    texter: Texter
    base_url: str
