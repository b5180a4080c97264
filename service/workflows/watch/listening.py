"""Has providers tell us about calls, and keeps them telling us for as long as anyone could get in.

Some providers (Teams) speak of a call only if asked to, before it starts, and fall silent without a
word when the promise runs out. So a meeting is watched before its first way in is released, the
watch is renewed on a timer and whenever the provider says so, and it outlives the meeting: an
address that was once released opens the room until the provider forgets it (pitfall 45).
"""

from dataclasses import dataclass
from datetime import timedelta

from service.errors import ProviderError, ProviderGone
from service.policy.people import MeetingId, system
from service.ports import CallWatcher, Watch, WatchNews, WatchNotice
from service.store import work
from service.store.alerts import alerts
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.store.watch import looks, watches
from service.store.watch.watches import KeptWatch
from service.store.work import Claim, Settle
from service.workflows.deps import Deps

KEEPING = "keep_watches"
BY = system(KEEPING)

RENEW_EVERY = timedelta(minutes=30)
"""How often a watch over a meeting of ours is renewed: signals pause while one is not."""

HELD_BACK_FOR = timedelta(hours=4)
"""How long signals of a silent watch are kept for us; for a call under way they come too late.

https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

KEEPING_BURNED = "keep_burned_watches"
RENEW_BURNED_EVERY = timedelta(hours=3)

RETRY_AFTER = (1, 2, 5, 15)
"""Minutes to the next try after the first, second, third… that came to nothing."""

FORGOTTEN_AFTER = timedelta(days=61)
"""Providers forget a Teams meeting 60 days after its end or last use; its address works until then.

https://learn.microsoft.com/graph/api/resources/onlinemeeting
"""


# --- beginning --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Begun:
    provider: str
    meeting_id: MeetingId | None
    watch: Watch


async def watch(deps: Deps, meeting: Meeting) -> None:
    """See to it that a meeting is watched; a `ProviderError` if it could not be done now.

    If we die before it is recorded, the next call takes the provider's watch over.
    """
    watcher = deps.watchers.get(meeting.provider)
    if watcher is None or meeting.handle is None:
        return
    if await deps.store.read(watches.of_meeting, meeting.meeting_id) is not None:
        return
    made = await watcher.watch_meeting(meeting.handle, meeting.reference)
    await deps.store.do(_begin, _Begun(meeting.provider, meeting.meeting_id, made), by=BY)


def _begin(tx: Tx, command: _Begun) -> None:
    key = watches.put(tx, command.provider, command.meeting_id, command.watch)
    work.put(tx, key, KEEPING, tx.now + RENEW_EVERY)


async def watch_accounts(deps: Deps) -> None:
    """See to it that every account whose provider can be watched as a whole is watched."""
    for provider, watcher in deps.watchers.items():
        key = watches.key_of_account(provider)
        if await deps.store.read(watches.get, key) is not None:
            continue
        try:
            made = await watcher.watch_account()
        except ProviderError:  # the watches over our own meetings must not wait for this one
            await deps.store.do(_tell_account_blind, key, by=BY)
            continue
        await deps.store.do(_begin, _Begun(provider, None, made), by=BY)


def _tell_account_blind(tx: Tx, key: str) -> None:
    if not alerts.is_open(tx, key, "account_unwatched"):
        alerts.raise_alert(tx, key, "account_unwatched", None)


# --- keeping ----------------------------------------------------------------------------------------


async def keep_watch(deps: Deps, claim: Claim) -> None:
    """Renew one watch, put another in its place if it is gone, or give it up when its time is over."""
    kept, meeting = await deps.store.read(_kept, claim.subject_id)
    watcher = deps.watchers.get(kept.provider) if kept else None
    if kept is None or watcher is None:
        await deps.store.do(work.settle, Settle(claim, None), by=BY)
        return
    if kept.needed_until is not None and deps.clock.now() >= kept.needed_until:
        await watcher.stop(kept.watch_id)
        await deps.store.do(_give_up, _Kept(claim, kept), by=BY)
        return
    try:
        renewed = await _renewed(watcher, kept, meeting)
    except ProviderGone:
        await deps.store.do(_lost, _Kept(claim, kept), by=BY)
        return
    except ProviderError:
        await deps.store.do(_try_again, _Kept(claim, kept), by=BY)
        return
    await deps.store.do(_note_renewed, _Renewed(claim, kept, renewed), by=BY)


def _kept(reader: Reader, key: str) -> tuple[KeptWatch | None, Meeting | None]:
    kept = watches.get(reader, key)
    if kept is None or kept.meeting_id is None:
        return kept, None
    return kept, meetings.get(reader, kept.meeting_id)


async def _renewed(watcher: CallWatcher, kept: KeptWatch, meeting: Meeting | None) -> Watch:
    if meeting is None:
        return await watcher.watch_account()
    try:
        return await watcher.renew(kept.watch_id)
    except ProviderGone:
        if meeting.handle is None:
            raise
        return await watcher.watch_meeting(meeting.handle, meeting.reference)


@dataclass(frozen=True)
class _Kept:
    """A watch as it was claimed: what came of it counts only while the claim is the newest."""

    claim: Claim
    kept: KeptWatch


@dataclass(frozen=True)
class _Renewed:
    claim: Claim
    kept: KeptWatch
    watch: Watch


def _note_renewed(tx: Tx, command: _Renewed) -> None:
    kept = command.kept
    if not work.holds(tx, command.claim):
        return
    watches.renewed(tx, kept.key, command.watch)
    every = RENEW_EVERY if kept.needed_until is None else RENEW_BURNED_EVERY
    work.settle(tx, Settle(command.claim, tx.now + every))
    if kept.meeting_id is not None and command.watch.watch_id != kept.watch_id:
        # Signals between the two watches are lost, and a call under way is not told of at all.
        meeting = meetings.get(tx, kept.meeting_id)
        alerts.raise_alert(tx, meeting.meeting_id, "signals_missed", meeting.session_id)
        looks.note_missed(tx, meeting.meeting_id)


def _try_again(tx: Tx, command: _Kept) -> None:
    claim = command.claim
    wait = timedelta(minutes=RETRY_AFTER[min(claim.tries, len(RETRY_AFTER)) - 1])
    work.settle(tx, Settle(claim, tx.now + wait, in_vain=True))
    kept = command.kept
    held_back_for = timedelta(0) if kept.needed_until is None else HELD_BACK_FOR
    if kept.expires_at + held_back_for <= tx.now:
        _tell_blind(tx, kept)


def forget_later(tx: Tx, meeting_id: MeetingId) -> None:
    """Watch a meeting that is ours no more for as long as its address opens anything.

    If nobody was ever let in, nobody holds the address, and the watch goes at once.
    """
    kept = watches.of_meeting(tx, meeting_id)
    if kept is None:
        return
    is_burned = bool(ways_in.admitted_subjects(tx, meeting_id))
    watches.need_until(tx, meeting_id, tx.now + (FORGOTTEN_AFTER if is_burned else timedelta(0)))
    work.put(tx, kept.key, KEEPING_BURNED, tx.now)


def keep_on(tx: Tx, meeting_id: MeetingId) -> None:
    """Somebody used the address of a meeting that is ours no more: watch it for as long again."""
    watches.need_until(tx, meeting_id, tx.now + FORGOTTEN_AFTER)


def _lost(tx: Tx, command: _Kept) -> None:
    """The provider knows neither the watch nor the meeting any more."""
    kept = command.kept
    tx.lock(meetings.MEETINGS, [kept.meeting_id] if kept.meeting_id else [])
    if not work.holds(tx, command.claim):
        return
    if kept.meeting_id is not None:
        meeting = meetings.get(tx, kept.meeting_id)
        if meeting.stage in (MeetingStage.INTENDED, MeetingStage.OPEN):
            _tell_blind(tx, kept)
            _doubt(tx, meeting)
        elif meeting.stage is MeetingStage.CLOSED:
            alerts.raise_alert(tx, meeting.meeting_id, "burned_link_unwatched", meeting.session_id)
    _give_up(tx, command)


def _doubt(tx: Tx, meeting: Meeting) -> None:
    """Have the session looked at: its meeting may not be there any more."""
    if meeting.stage is MeetingStage.OPEN:
        meetings.doubt(tx, meeting)
    work.hurry(tx, [meeting.session_id])


def _tell_blind(tx: Tx, kept: KeptWatch) -> None:
    """Nobody tells us who is in the room: blind supervision."""
    if kept.meeting_id is None:
        alerts.raise_alert(tx, kept.key, "account_unwatched", None)
        return
    meeting = meetings.get(tx, kept.meeting_id)
    code = "call_unwatched" if kept.needed_until is None else "burned_link_unwatched"
    alerts.raise_alert(tx, meeting.meeting_id, code, meeting.session_id)


def _give_up(tx: Tx, command: _Kept) -> None:
    if work.holds(tx, command.claim):
        watches.drop(tx, command.kept.key)
        work.drop(tx, command.kept.key)


# --- what the provider says of its promise ------------------------------------------------------------


@dataclass(frozen=True)
class TakeNotice:
    """A provider's word about one of its watches."""

    provider: str
    notice: WatchNotice


def take_notice(tx: Tx, command: TakeNotice) -> None:
    """Have the watch renewed, or put anew, at once; tell a person where signals were lost."""
    notice = command.notice
    if not notice.reference:
        work.hurry(tx, [watches.key_of_account(command.provider)])
        return
    meeting = meetings.by_reference(tx, command.provider, notice.reference)
    kept = watches.of_meeting(tx, meeting.meeting_id) if meeting else None
    if meeting is None or kept is None:
        return
    if notice.news is WatchNews.RENEW and kept.needed_until is not None:
        return  # it is renewed often enough for what is still expected of it
    if notice.news is WatchNews.MISSED:
        alerts.raise_alert(tx, meeting.meeting_id, "signals_missed", meeting.session_id)
        looks.note_missed(tx, meeting.meeting_id)
    work.hurry(tx, [kept.key])


# --- whether our own address is still believed to be ours ---------------------------------------------

PROOF_DUE_EVERY = timedelta(hours=80)
"""Zoom asks every 72 hours; six failures in a row and it tells us nothing ever again.

https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint
"""


def look_at_proofs(tx: Tx, providers: tuple[str, ...]) -> int:
    """Tell a person of every provider that has not asked for so long; answers how many."""
    silent = 0
    for provider in providers:
        proved_at = watches.proved_at(tx, provider)
        if proved_at is None:
            watches.note_proof(tx, provider)  # the first round after installation: the clock starts
        elif tx.now - proved_at > PROOF_DUE_EVERY:
            if not alerts.is_open(tx, f"hook_{provider}", "hook_not_validated"):
                alerts.raise_alert(tx, f"hook_{provider}", "hook_not_validated", None)
            silent += 1
    return silent


async def watch_hooks(deps: Deps) -> int:
    """Look once at every provider that has us prove our address from time to time."""
    providers = tuple(sorted(set(deps.signal_sources) - set(deps.watchers)))
    return await deps.store.do(look_at_proofs, providers, by=system("watch_hooks"))
