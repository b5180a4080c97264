"""A meeting's description, read as told or not believed."""

from datetime import UTC, datetime

import pytest

from integrations.teams.meetings import read_facts, read_id
from service.errors import ProviderUnsure
from tests.integrations.teams.client.parts import REFERENCE, SECOND
from tests.integrations.teams.client.test_meetings import HANDLE, made


def test_facts_are_read_as_told() -> None:
    facts = read_facts(made(), HANDLE, "disabled")
    assert facts.reference == REFERENCE
    assert facts.passcode.get_secret_value() == "aB3dE6gH"
    assert facts.starts_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert facts.created_at == datetime(2026, 11, 24, 15, 40, 0, 123456, tzinfo=UTC)
    assert facts.holder == SECOND.user_id
    assert not facts.running
    assert facts.weaknesses == ()
    assert "aB3dE6gH" not in repr(facts)


@pytest.mark.parametrize("changes", [{"id": "other"}, {"id": None}, {"startDateTime": "soon"}])
def test_a_description_of_something_else_is_not_believed(changes: dict[str, object]) -> None:
    with pytest.raises(ProviderUnsure):
        read_facts(made(**changes), HANDLE, "disabled")


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 7}])
def test_a_meeting_that_cannot_be_named_may_exist(answer: dict[str, object]) -> None:
    with pytest.raises(ProviderUnsure):
        read_id(answer)
