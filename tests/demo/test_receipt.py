"""The demo's own check of receipts agrees with the log, and is no rubber stamp."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.crew import DemoFailed
from demo.receipt import check_receipt
from tests.audit.logs import OTHER_KEY, Log, flipped

PLACES = st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@given(PLACES)
def test_every_receipt_of_the_log_is_accepted(place: tuple[int, int]) -> None:
    size, index = place
    log = Log(size)
    receipt = log.proof(index).to_text()
    assert check_receipt(log.entries[index].leaf, receipt, str(log.key.verifier)) == size


@given(PLACES, st.integers(0, 2**16))
def test_an_altered_entry_is_refused(place: tuple[int, int], bit: int) -> None:
    size, index = place
    log = Log(size)
    with pytest.raises(DemoFailed):
        check_receipt(
            flipped(log.entries[index].leaf, bit),
            log.proof(index).to_text(),
            str(log.key.verifier),
        )


@given(PLACES)
def test_a_checkpoint_signed_with_another_key_is_refused(place: tuple[int, int]) -> None:
    size, index = place
    forged = Log(size, OTHER_KEY)
    with pytest.raises(DemoFailed):
        check_receipt(
            forged.entries[index].leaf,
            forged.proof(index).to_text(),
            str(Log(size).key.verifier),
        )
