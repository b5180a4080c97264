"""What a provider shows of a room when we look ourselves, instead of waiting to be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class InsidePerson:
    """One connection that is in a running call now, or waits to be let in. Names are left behind.

    Who it is is said as signals say it: by `registrant_id` or `account_id`, both empty where the
    provider does not know; `as_host` where they came in as the host account. `joined_at` is since
    when this connection is where it is.
    """

    registrant_id: str
    account_id: str
    as_host: bool
    connection: str
    occurrence: str
    joined_at: datetime
    waiting: bool = False


@dataclass(frozen=True)
class Inside:
    """What one look showed. Whatever is not understood is not told; nothing is guessed.

    `running` None: the provider cannot tell whether the call runs. `people` None: it does not tell
    who is inside; else it is everybody. `occurrence` is its name for the call that runs. What it
    says of people may be as old as `lag`.
    """

    running: bool | None
    people: tuple[InsidePerson, ...] | None
    occurrence: str = ""
    lag: timedelta = timedelta(0)
