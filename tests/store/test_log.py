"""Entries get their places, checkpoints are signed, and everything can be proved."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from service.audit.checkpoints import Checkpoint, open_checkpoint
from service.audit.events import Entry, Event
from service.audit.export_check import ExportReport, verify_export
from service.audit.exports import ExportHeader, write_export
from service.audit.leaves import Leaf, outline
from service.audit.tree import CompactRange, leaf_hash, verify_consistency, verify_inclusion
from service.errors import Conflict, NotFound
from service.policy.people import system
from service.store.inspection import audit_log, log
from service.store.transactions import Reader, Tx
from tests.builders import NOW
from tests.store.houses import Stored, a_house, stored


@dataclass(frozen=True)
class Note:
    """So many entries of one session, each with something personal beside it."""

    number: int
    session_id: str = "session_1"


def note(tx: Tx, command: Note) -> None:
    for number in range(command.number):
        tx.record(
            Entry(
                Event.PLEDGE_MADE,
                command.session_id,
                {"child": "child_1", "adult": "parent_1"},
                {"terms": number},
                {"purpose": f"Fractions {number}"},
            )
        )


def plain(tx: Tx, _command: None) -> None:
    tx.record(Entry(Event.CHECK_IN_MADE, "session_1", {"child": "child_1"}))


def refuse(tx: Tx, _command: Note) -> None:
    raise Conflict("No.", code="no", details={"blockers": ["consent_missing"]})


def sequence(tx: Tx, limit: int) -> int:
    return log.sequence(tx, limit)


def erase(tx: Tx, _command: None) -> None:
    tx.conn.execute(audit_log.PAYLOADS.delete())


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Stored]:
    async with stored(database_url) as opened:
        yield opened


async def checkpoint(here: Stored) -> Checkpoint:
    signed = await here.read(log.newest_checkpoint)
    return open_checkpoint(signed.note, [here.house.log_key.verifier])


async def leaves(here: Stored) -> list[bytes]:
    """The leaf bytes by entry id."""

    def read(reader: Reader) -> list[bytes]:
        query = sa.select(audit_log.ENTRIES.c.leaf).order_by(audit_log.ENTRIES.c.id)
        return [bytes(leaf) for leaf in reader.conn.execute(query).scalars()]

    found: list[bytes] = await here.read(read)
    return found


async def exported(here: Stored) -> ExportReport:
    verifier = here.house.log_key.verifier
    note = (await here.read(log.newest_checkpoint)).note
    size = open_checkpoint(note, [verifier]).size
    entries = await here.read(lambda reader: list(log.exported(reader, 0, size)))
    lines = write_export(ExportHeader(verifier.name, str(verifier), note), entries)
    return verify_export(lines, verifier)


async def test_an_empty_log_has_no_checkpoint(here: Stored) -> None:
    assert await here.do(sequence, 10) == 0
    with pytest.raises(NotFound):
        await here.read(log.newest_checkpoint)


async def test_entries_get_places_in_batches_in_the_order_they_were_written(here: Stored) -> None:
    await here.do(note, Note(7))
    assert [await here.do(sequence, 3) for _ in range(4)] == [3, 3, 1, 0]
    found = await leaves(here)
    assert [Leaf.from_bytes(leaf).facts["terms"] for leaf in found] == list(range(7))
    tree = CompactRange()
    tree.extend(leaf_hash(leaf) for leaf in found)
    assert await checkpoint(here) == Checkpoint("log.tuition.example", 7, tree.root())


async def test_there_is_one_checkpoint_for_each_size_signed(here: Stored) -> None:
    await here.do(note, Note(5))
    while await here.do(sequence, 2):
        pass

    def sizes(reader: Reader) -> list[int]:
        return list(reader.conn.execute(sa.select(log.CHECKPOINTS.c.size)).scalars())

    assert sorted(await here.read(sizes)) == [2, 4, 5]


async def test_an_entry_is_durable_before_it_has_a_place(here: Stored) -> None:
    await here.do(note, Note(1))
    assert await here.read(log.oldest_unsequenced) == NOW
    with pytest.raises(NotFound):
        await here.read(log.inclusion, 1)
    await here.do(sequence, 10)
    assert await here.read(log.oldest_unsequenced) is None


@pytest.mark.parametrize("batch", [1, 3, 100])
async def test_every_entry_is_proved_to_be_in_the_newest_log(here: Stored, batch: int) -> None:
    await here.do(note, Note(9))
    while await here.do(sequence, batch):
        pass
    newest = await checkpoint(here)
    for entry_id in range(1, 10):
        found = await here.read(log.inclusion, entry_id)
        hash_ = leaf_hash(found.leaf)
        path = found.proof.path
        verify_inclusion(hash_, found.index, size=newest.size, path=path, root=newest.root)


async def test_every_older_log_is_proved_to_be_part_of_every_newer_one(here: Stored) -> None:
    await here.do(note, Note(9))
    seen = []
    while await here.do(sequence, 2):
        seen.append(await checkpoint(here))
    for older in seen:
        for newer in seen:
            if older.size <= newer.size:
                path = await here.read(log.consistency, older.size, newer.size)
                verify_consistency(
                    older.size, older.root, new_size=newer.size, new_root=newer.root, path=path
                )


@pytest.mark.parametrize(("old", "new"), [(-1, 2), (3, 2), (1, 4)])
async def test_no_proof_is_given_about_a_log_that_is_not_there(
    here: Stored, old: int, new: int
) -> None:
    await here.do(note, Note(3))
    await here.do(sequence, 10)
    with pytest.raises(NotFound):
        await here.read(log.consistency, old, new)


async def test_an_export_verifies_and_every_commitment_opens(here: Stored) -> None:
    await here.do(note, Note(4))
    await here.do(plain)
    await here.do(sequence, 100)
    report = await exported(here)
    assert (report.entries, report.opened, report.key_is_trusted) == (5, 4, True)


async def test_a_commitment_opens_to_its_own_payload_and_no_other(here: Stored) -> None:
    await here.do(note, Note(2))
    await here.do(sequence, 10)
    one, other = await here.read(lambda reader: list(log.exported(reader, 0, 10)))
    assert outline(one.leaf).opens_to(one.salt, one.payload)
    assert json.loads(one.payload) == {"purpose": "Fractions 0"}
    assert not outline(one.leaf).opens_to(one.salt, other.payload)
    assert not outline(one.leaf).opens_to(other.salt, one.payload)


@pytest.mark.pitfall(59)
async def test_after_an_erasure_everything_still_verifies(here: Stored) -> None:
    await here.do(note, Note(4))
    await here.do(sequence, 100)
    before = await checkpoint(here)
    await here.do(erase)
    assert await checkpoint(here) == before
    report = await exported(here)
    assert (report.entries, report.opened) == (4, 0)
    await here.do(note, Note(1))
    await here.do(sequence, 100)
    assert (await exported(here)).entries == 5


@pytest.mark.pitfall(59)
async def test_a_leaf_holds_no_id_and_no_payload(here: Stored) -> None:
    await here.do(note, Note(2))
    for leaf in await leaves(here):
        for hidden in (b"session_1", b"child_1", b"parent_1", b"Fractions"):
            assert hidden not in leaf


async def test_a_pseudonym_is_the_same_in_one_scope_and_another_in_the_next(here: Stored) -> None:
    await here.do(note, Note(2, "session_1"))
    await here.do(note, Note(1, "session_2"))
    one, same, other = [Leaf.from_bytes(leaf).subjects["child"] for leaf in await leaves(here)]
    assert one == same != other


async def test_a_leaf_tells_one_who_acted_from_another(here: Stored) -> None:
    for name in ("one", "one", "other"):
        await here.store.transact(note, Note(1), by=system(name))
    one, same, other = [Leaf.from_bytes(leaf).actor for leaf in await leaves(here)]
    assert one == same != other


async def test_a_refused_request_leaves_its_code_in_the_log(here: Stored) -> None:
    with pytest.raises(Conflict):
        await here.do(refuse, Note(1))
    (leaf,) = await leaves(here)
    facts = Leaf.from_bytes(leaf).facts
    assert (facts["command"], facts["code"]) == ("Note", "no")
    assert tuple(facts["blockers"]) == ("consent_missing",)  # type: ignore[arg-type]


@pytest.mark.pitfall(58)
async def test_an_altered_leaf_is_found(here: Stored) -> None:
    await here.do(note, Note(5))
    await here.do(sequence, 100)
    newest = await checkpoint(here)
    found = await here.read(log.inclusion, 3)
    forged = found.leaf.replace(b'"terms":2', b'"terms":9')
    assert forged != found.leaf
    with pytest.raises(Exception, match="not in the tree"):
        verify_inclusion(
            leaf_hash(forged),
            found.index,
            size=newest.size,
            path=found.proof.path,
            root=newest.root,
        )


@pytest.mark.pitfall(60)
@pytest.mark.postgres
async def test_two_sequencers_at_once_never_fork_the_log(postgres_url: str) -> None:
    house = a_house()
    async with stored(postgres_url, house) as one, stored(postgres_url, house) as other:
        writers = [replica.do(note, Note(5)) for replica in (one, other) for _ in range(6)]
        sequencers = [replica.do(sequence, 4) for replica in (one, other) for _ in range(10)]
        placed = await asyncio.gather(*writers, *sequencers)
        done = sum(placed[len(writers) :])
        while more := await one.do(sequence, 100):
            done += more
        assert done == 60
        report = await exported(other)
        assert (report.entries, report.opened) == (60, 60)
        newest = await checkpoint(one)

        def notes(reader: Reader) -> list[str]:
            return list(reader.conn.execute(sa.select(log.CHECKPOINTS.c.note)).scalars())

        for text in await one.read(notes):
            older = open_checkpoint(text, [house.log_key.verifier])
            path = await one.read(log.consistency, older.size, newest.size)
            verify_consistency(
                older.size, older.root, new_size=newest.size, new_root=newest.root, path=path
            )
