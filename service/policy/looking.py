"""What a look of our own tells beyond what we were told: the picture heals from lost words (pitfall 47).

We look into a room at the provider because its words may be late or lost. A look is believed where it
is complete and certain, and only about the past it can speak of: whoever came within the provider's
own delay may not show yet, and whoever went may still show. Whatever is left open stays as we were told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.policy.room import Picture
from service.policy.signs import Seen, Sign, fold

STILL_FOR = timedelta(seconds=30)
"""How far apart two looks must lie that find a call still, before it is believed to be over."""

AT_ONCE = timedelta(seconds=15)
"""How soon the provider's own word comes when all is well; a look must not be faster than it."""


@dataclass(frozen=True)
class Spotted:
    """One connection that a look showed: whose, where, since when, in the call or waiting."""

    who: str
    occurrence: str
    connection: str
    since: datetime
    waiting: bool = False


@dataclass(frozen=True)
class Look:
    """One look. `running` and `people` are None where the provider does not tell.

    What it says of people may be as old as `lag`. `still_since`: a look at that time found that the
    call did not run, and so did every one since. `found_gone` are the connections whose end nobody
    told: an earlier look missed them.
    """

    at: datetime
    running: bool | None
    people: tuple[Spotted, ...] | None
    occurrence: str = ""
    lag: timedelta = timedelta(0)
    still_since: datetime | None = None
    found_gone: frozenset[tuple[str, str]] = frozenset()


def news(signs: Iterable[Sign], look: Look) -> tuple[Sign, ...]:
    """What has to be added to what we were told, so that the picture is what the look showed."""
    told = tuple(signs)
    if look.running:
        return (*_started(fold(told), look), *_moved(told, look))
    if look.running is False:
        return tuple(_ended(told, look))
    return ()


def _started(picture: Picture, look: Look) -> Iterator[Sign]:
    """The call runs, and we knew of none."""
    if picture.call_started and not picture.call_ended:
        return
    heard = picture.last_heard_at
    if heard is None or heard < look.at - AT_ONCE:
        yield Sign(Seen.STARTED, look.at, look.occurrence)


def _ended(told: tuple[Sign, ...], look: Look) -> Iterator[Sign]:
    """The call does not run, found twice with nothing heard in between: every call of it is over."""
    since = look.still_since
    if since is None or look.at - since < STILL_FOR:
        return
    if any(sign.at >= since for sign in told):
        return
    over = {sign.occurrence: sign.at for sign in told if sign.seen is Seen.ENDED}
    begun = {sign.occurrence: sign.at for sign in told if sign.seen in (Seen.STARTED, Seen.JOINED)}
    for occurrence, at in sorted(begun.items()):
        if occurrence not in over or over[occurrence] < at:
            yield Sign(Seen.ENDED, look.at, occurrence)


# --- who came and went ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What we were told last of one connection: the newest change of its place, and where it is."""

    who: str
    place: Seen
    at: datetime


def _moved(told: tuple[Sign, ...], look: Look) -> Iterator[Sign]:
    if look.people is None:
        return
    known = _where_each_is(told)
    as_of = look.at - max(look.lag, AT_ONCE)
    shown = {(one.occurrence, one.connection): one for one in look.people}
    for place, one in sorted(shown.items(), key=lambda one: one[0]):
        last = known.get(place)
        if last is not None and last.place is Seen.LEFT and place in look.found_gone:
            # They show again as they were: that look was wrong, and nobody has told otherwise.
            back = Seen.WAITING if one.waiting else Seen.JOINED
            yield Sign(back, look.at, *place, one.who)
            continue
        yield from _shown(last, one, as_of)
    for (occurrence, connection), last in sorted(known.items(), key=lambda one: one[0]):
        gone = (occurrence, connection) not in shown and connection
        if gone and last.place is not Seen.LEFT and last.at < as_of:
            yield Sign(Seen.LEFT, look.at, occurrence, connection, last.who)


def _shown(known: _Known | None, one: Spotted, as_of: datetime) -> Iterator[Sign]:
    """A connection that a look showed in one place, and that was said to be in another, or in none."""
    place = Seen.WAITING if one.waiting else Seen.JOINED
    if known is None:
        yield Sign(place, one.since, one.occurrence, one.connection, one.who)
    elif known.place is not place and known.at < as_of:
        at = one.since if one.since > known.at else as_of
        yield Sign(place, at, one.occurrence, one.connection, one.who)


def _where_each_is(told: tuple[Sign, ...]) -> dict[tuple[str, str], _Known]:
    """Where each connection of each call is by the newest word, in the order of happening."""
    found: dict[tuple[str, str], _Known] = {}
    for sign in sorted(told, key=lambda sign: (sign.at, sign.seen is not Seen.WAITING)):
        place = (sign.occurrence, sign.connection)
        match sign.seen:
            case Seen.JOINED | Seen.WAITING:
                found[place] = _Known(sign.who, sign.seen, sign.at)
            case Seen.LEFT:
                who = found[place].who if place in found else sign.who
                found[place] = _Known(who, Seen.LEFT, sign.at)
            case Seen.ENDED:
                for there, one in found.items():
                    if there[0] == sign.occurrence:
                        found[there] = _Known(one.who, Seen.LEFT, sign.at)
            case _:
                pass
    return found
