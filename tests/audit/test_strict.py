"""One spelling for each value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import ProofFailed
from service.audit.strict import LARGEST_NUMBER, from_base64, from_decimal, to_base64


@given(st.binary())
def test_base64_is_read_back(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@given(st.text("AZaz09+/= \n-_é", max_size=12))
def test_no_two_texts_are_the_same_bytes(text: str) -> None:
    try:
        data = from_base64(text)
    except ProofFailed:
        return
    assert to_base64(data) == text


@given(st.integers(0, LARGEST_NUMBER))
def test_a_number_is_read_back(number: int) -> None:
    assert from_decimal(str(number)) == number


@pytest.mark.parametrize("text", ["", "00", "01", "-0", "+1", " 1", "1\n", "1_0", "²", "9" * 19])
def test_any_other_number_is_refused(text: str) -> None:
    with pytest.raises(ProofFailed):
        from_decimal(text)


def test_a_number_ends_where_go_s_does() -> None:
    with pytest.raises(ProofFailed):
        from_decimal(str(LARGEST_NUMBER + 1))
