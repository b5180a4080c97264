"""The ledger of consents and the adults whom givers named."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.consent import (
    NO_KINDS,
    Basis,
    ConsentEntry,
    ConsentKind,
    Purpose,
    Resolution,
    Route,
)
from service.policy.people import Authority, Child, ChildId, ConsentEntryId, ParentId, StaffId
from service.store.families.people import CHILDREN
from service.store.families.ties import NO_PAPER, Paper
from service.store.tables import ConsentRow, NominationRow, ResolutionRow, table_of
from service.store.transactions import Reader, Tx

CONSENTS = table_of(ConsentRow)
NOMINATIONS = table_of(NominationRow)
RESOLUTIONS = table_of(ResolutionRow)

_HANDS = ("recorded_by", "taken_by", "checked_by")
"""Through whose hands a spoken word came."""

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_LEDGERS = sa.select(CONSENTS).where(CONSENTS.c.child_id.in_(_IDS)).order_by(CONSENTS.c.position)
_NOMINATED = (
    sa.select(NOMINATIONS).where(NOMINATIONS.c.child_id.in_(_IDS)).order_by(NOMINATIONS.c.position)
)
_RESOLVED = (
    sa.select(RESOLUTIONS).where(RESOLUTIONS.c.child_id.in_(_IDS)).order_by(RESOLUTIONS.c.position)
)


@dataclass(frozen=True)
class Word:
    """What is stored of one word beside its meaning: how it came, and what was shown.

    `shown` and `child_shown` are the translations that stood beside the words, word for word, in
    `language`; None where there was none. `witnesses` took and checked a paper. `authority` and `paper`
    are what the giver's say rested on then; None of an older word, for which it was not noted.
    """

    route: Route
    recorded_by: StaffId | None
    evidence: str | None
    wording: str
    language: str
    child_wording: str | None = None
    shown: str | None = None
    child_shown: str | None = None
    witnesses: tuple[StaffId, StaffId] | None = None
    authority: Authority | None = None
    paper: Paper = NO_PAPER


def next_position(tx: Tx, child_id: ChildId) -> int:
    """The next place in the child's ledger. Lock the child first: ledgers never go by time."""
    tx.conn.execute(
        CHILDREN.update()
        .where(CHILDREN.c.id == child_id)
        .values(ledger_position=CHILDREN.c.ledger_position + 1)
    )
    query = sa.select(CHILDREN.c.ledger_position).where(CHILDREN.c.id == child_id)
    return int(tx.conn.execute(query).scalar_one())


def append_consent(tx: Tx, entry: ConsentEntry, word: Word) -> None:
    """Append one word to a child's ledger."""
    tx.conn.execute(
        CONSENTS.insert().values(
            id=entry.entry_id,
            child_id=entry.child_id,
            position=entry.position,
            purpose=entry.purpose.value,
            giver_id=entry.giver_id,
            kind=entry.kind.value,
            route=word.route.value,
            recorded_by=word.recorded_by,
            evidence=word.evidence,
            at=entry.at,
            valid_until=entry.valid_until,
            policy_version=entry.policy_version,
            wording=word.wording,
            child_wording=word.child_wording,
            language=word.language,
            answered_by=entry.answered_by,
            says_visits=entry.says_visits,
            shown=word.shown,
            child_shown=word.child_shown,
            taken_by=word.witnesses[0] if word.witnesses else None,
            checked_by=word.witnesses[1] if word.witnesses else None,
            authority=word.authority.value if word.authority else None,
            document=word.paper.reference,
            document_on=word.paper.dated_on,
        )
    )


def has_spoken(reader: Tx | Reader, giver_id: ParentId) -> bool:
    """Whether a giver ever answered for themselves, by no deputy."""
    own = (CONSENTS.c.giver_id == giver_id) & CONSENTS.c.answered_by.is_(None)
    return reader.conn.execute(sa.select(CONSENTS.c.id).where(own).limit(1)).first() is not None


def append_nomination(
    tx: Tx,
    child_id: ChildId,
    giver_id: ParentId,
    adult_id: ParentId,
    *,
    named: bool,
    word: Word,
) -> None:
    """Append that a giver names an adult as a present one, or takes it back."""
    tx.conn.execute(
        NOMINATIONS.insert().values(
            id=tx.new_id("nomination"),
            child_id=child_id,
            position=next_position(tx, child_id),
            giver_id=giver_id,
            adult_id=adult_id,
            named=named,
            route=word.route.value,
            recorded_by=word.recorded_by,
            at=tx.now,
        )
    )


def ledgers(
    reader: Tx | Reader, ids: tuple[ChildId, ...]
) -> dict[ChildId, tuple[ConsentEntry, ...]]:
    """Each child's consents in the order of the ledger."""
    found: dict[ChildId, list[ConsentEntry]] = defaultdict(list)
    for row in reader.conn.execute(_LEDGERS, {"ids": ids}):
        found[ChildId(row.child_id)].append(_entry(row))
    return {child_id: tuple(found[child_id]) for child_id in ids}


def _entry(row: sa.Row[tuple[object, ...]]) -> ConsentEntry:
    values = row._mapping
    until: datetime | None = values["valid_until"]
    return ConsentEntry(
        entry_id=ConsentEntryId(values["id"]),
        child_id=ChildId(values["child_id"]),
        position=values["position"],
        purpose=Purpose(values["purpose"]),
        giver_id=ParentId(values["giver_id"]),
        kind=ConsentKind(values["kind"]),
        at=values["at"],
        policy_version=values["policy_version"],
        valid_until=until,
        child_agreed=values["child_wording"] is not None,
        answered_by=values["answered_by"],
        says_visits=values["says_visits"],
        taken_down_by=frozenset(
            StaffId(values[column]) for column in _HANDS if values[column] is not None
        ),
    )


def words_kept(reader: Tx | Reader, child_id: ChildId) -> dict[ConsentEntryId, Word]:
    """What is stored of each word in a child's ledger beside its meaning."""
    query = sa.select(CONSENTS).where(CONSENTS.c.child_id == child_id)
    return {
        ConsentEntryId(row.id): Word(
            route=Route(row.route),
            recorded_by=row.recorded_by,
            evidence=row.evidence,
            wording=row.wording,
            language=row.language,
            child_wording=row.child_wording,
            shown=row.shown,
            child_shown=row.child_shown,
            witnesses=(row.taken_by, row.checked_by) if row.taken_by else None,
            authority=Authority(row.authority) if row.authority else None,
            paper=Paper(row.document, row.document_on),
        )
        for row in reader.conn.execute(query)
    }


def named_with(reader: Tx | Reader, word: ConsentEntry) -> frozenset[ParentId]:
    """The adults whom a giver had named once a word was said, whatever followed it."""
    following = sa.select(sa.func.min(CONSENTS.c.position)).where(
        CONSENTS.c.child_id == word.child_id, CONSENTS.c.position > word.position
    )
    until = reader.conn.execute(following).scalar_one()
    query = _NOMINATED.where(NOMINATIONS.c.giver_id == word.giver_id)
    named: dict[ParentId, bool] = {}
    for row in reader.conn.execute(query, {"ids": (word.child_id,)}):
        if until is None or row.position < until:
            named[ParentId(row.adult_id)] = row.named
    return frozenset(adult_id for adult_id, stands in named.items() if stands)


def nominated(
    reader: Tx | Reader, ids: tuple[ChildId, ...]
) -> dict[ChildId, frozenset[tuple[ParentId, ParentId]]]:
    """The (giver, adult) pairs that stand for each child: the newest word of a giver counts."""
    newest: dict[ChildId, dict[tuple[ParentId, ParentId], bool]] = {
        child_id: {} for child_id in ids
    }
    for row in reader.conn.execute(_NOMINATED, {"ids": ids}):
        pair = (ParentId(row.giver_id), ParentId(row.adult_id))
        newest[ChildId(row.child_id)][pair] = row.named
    return {
        child_id: frozenset(pair for pair, named in pairs.items() if named)
        for child_id, pairs in newest.items()
    }


@dataclass(frozen=True)
class Grounds:
    """What is stored of a resolution beside its meaning."""

    reason: str
    document: str | None
    recorded_by: StaffId


def append_resolution(tx: Tx, child_id: ChildId, resolution: Resolution, grounds: Grounds) -> str:
    """Append how a conflict was settled; answers its id."""
    resolution_id = tx.new_id("resolution")
    tx.conn.execute(
        RESOLUTIONS.insert().values(
            id=resolution_id,
            child_id=child_id,
            position=resolution.position,
            purpose=resolution.purpose.value,
            basis=resolution.basis.value,
            stands=resolution.stands,
            settles=json.dumps(sorted(resolution.settles)),
            reason=grounds.reason,
            document=grounds.document,
            recorded_by=grounds.recorded_by,
            at=tx.now,
        )
    )
    return resolution_id


def resolutions(
    reader: Tx | Reader,
    ledgers: Mapping[ChildId, tuple[ConsentEntry, ...]],
    known: Mapping[ChildId, Child],
) -> dict[ChildId, tuple[Resolution, ...]]:
    """How conflicts were settled, by child, in the order of the ledger.

    Every resolution is about a no, in the child's own ledger or in that of a record merged into it;
    elsewhere there is none to look for.
    """
    disputed = [
        child_id
        for child_id, words in ledgers.items()
        if known[child_id].has_merged or any(word.kind in NO_KINDS for word in words)
    ]
    if not disputed:
        return {}
    found: dict[ChildId, list[Resolution]] = defaultdict(list)
    for row in reader.conn.execute(_RESOLVED, {"ids": disputed}):
        found[ChildId(row.child_id)].append(
            Resolution(
                row.position,
                Purpose(row.purpose),
                Basis(row.basis),
                row.stands,
                frozenset(json.loads(row.settles)),
            )
        )
    return {child_id: tuple(settled) for child_id, settled in found.items()}
