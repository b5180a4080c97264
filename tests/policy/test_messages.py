"""The reviewed templates."""

import string
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from service.policy.messages import TEMPLATES, Template, may_go_from
from service.policy.organisation import Hours
from tests.builders import ORGANISATION

FILLED = {
    "parent", "child", "organisation", "phone", "link", "when", "purpose", "before", "word",
    "tutor", "occasions", "until", "why",
}  # fmt: skip
NO_LINK = {
    "session_off", "session_cut_short", "session_ended", "sessions_off", "provider_out",
    "word_received",
}  # fmt: skip


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.pitfall(70)
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda one: one.name)
def test_a_subject_is_fixed_and_so_names_neither_child_nor_lesson(template: Template) -> None:
    assert places(template.subject) == set()


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda one: one.name)
def test_a_text_has_only_places_that_we_fill_ourselves(template: Template) -> None:
    assert places(template.text) <= FILLED


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda one: one.name)
def test_every_message_addresses_the_parent_and_gives_the_telephone_number(
    template: Template,
) -> None:
    assert {"parent", "phone"} <= places(template.text)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda one: one.name)
def test_a_message_that_asks_for_something_has_a_link_and_news_that_a_session_is_off_has_none(
    template: Template,
) -> None:
    assert ("link" in places(template.text)) is (template.name not in NO_LINK)


def test_a_template_is_found_by_its_name() -> None:
    assert all(name == template.name for name, template in TEMPLATES.items())


def test_a_request_for_permission_waits_for_the_permitted_hours() -> None:
    assert not TEMPLATES["consent_request"].on_the_day
    assert not TEMPLATES["pledge_request"].on_the_day
    assert TEMPLATES["session_off"].on_the_day


EVERY_DAY = replace(ORGANISATION, hours=(Hours(time(8), time(20)),) * 7)
CLOSED = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("template", "starts_at", "goes_from"),
    [
        ("consent_request", None, MORNING),
        ("pledge_request", CLOSED + timedelta(days=1), MORNING),
        ("pledge_request", CLOSED + timedelta(hours=1), CLOSED),  # about today's session
        ("session_off", CLOSED + timedelta(days=1), CLOSED),
    ],
)
def test_what_is_neither_urgent_nor_about_todays_session_waits_for_the_hours(
    template: str, starts_at: datetime | None, goes_from: datetime
) -> None:
    assert may_go_from(EVERY_DAY, TEMPLATES[template], starts_at, CLOSED) == goes_from
