"""The policy's review is warned of, a new version is agreed to afresh, and settings leave a trace."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.audit.events import Event
from service.errors import Misconfigured
from service.policy.consent import ConsentKind
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.settings import load_organisation
from service.store.inspection import audit_log
from service.store.transactions import Reader
from tests.api.people import lead
from tests.deployment import ORGANISATION
from tests.harness import running, serving
from tests.invariants import check_everything
from tests.office import publish
from tests.stories.steps import (
    alerts_now,
    on_sqlite,
    pass_by,
    session_of,
    then_everyone_is_shut_out,
)
from tests.world import World, a_family, an_open_session, book, say

REQUEST = "Please agree to our new policy"


@on_sqlite
async def test_a_new_version_asks_staff_and_each_parent_who_had_agreed_once(world: World) -> None:
    house = world.house
    await say(world)
    asked_nothing = await a_family(house, "brook", world.coordinator)
    gone = await a_family(house, "meadow", world.coordinator)
    await say(world, family=gone)
    await say(world, ConsentKind.WITHDRAWN, family=gone)
    await house.until(datetime(2026, 11, 24, 22, 0, tzinfo=UTC))
    await publish(house, "v4", fresh=True)
    await house.settle()
    assert "acknowledgement_due" in await alerts_now(world)
    assert house.letters(world.family.mother_mail, REQUEST) == []  # at night nobody is written to

    await house.until(datetime(2026, 11, 25, 8, 1, tzinfo=UTC))
    await house.settle()
    await house.advance(hours=1)
    await house.settle()
    (letter,) = house.letters(world.family.mother_mail, REQUEST)
    assert letter.link
    for mail in (world.family.father_mail, asked_nothing.mother_mail, gone.mother_mail):
        assert house.letters(mail, REQUEST) == []
    await check_everything(house)


@on_sqlite
@pytest.mark.pitfall(19)
async def test_older_consents_count_for_what_they_said_until_the_day_a_new_wording_names(
    world: World,
) -> None:
    house = world.house
    await say(world)
    soon = await book(world, starts_at=house.clock.now() + timedelta(days=6))
    late = await book(world, starts_at=house.clock.now() + timedelta(days=8))
    lapse = house.clock.now().date() + timedelta(days=7)
    await publish(house, "v4", fresh=True, agree_by=lapse)
    assert "agreement_outdated" not in await blockers(world, soon)
    assert "agreement_outdated" in await blockers(world, late)
    consent = (await lead(world).get(f"/v1/children/{world.family.child}/consent")).body
    assert [(one["kind"], one["policy_version"]) for one in consent["words"]] == [("given", "v3")]
    await house.settle()
    (asked,) = house.letters(world.family.mother_mail, REQUEST)
    page = await house.api().get(asked.link.removeprefix(house.base_url))
    assert page.status == 200

    await pass_by(world, timedelta(days=6).total_seconds(), every=12 * 3600)
    assert len(house.letters(world.family.mother_mail, REQUEST)) == 3  # asked, and chased twice
    await say(world, policy_version="v4")
    assert "agreement_outdated" not in await blockers(world, late)
    await pass_by(world, timedelta(days=4).total_seconds(), every=12 * 3600)
    assert len(house.letters(world.family.mother_mail, REQUEST)) == 3
    await check_everything(house)


async def blockers(world: World, session_id: SessionId) -> set[str]:
    """What stands in the way of a session."""
    told = (await lead(world).get(f"/v1/sessions/{session_id}/clearance")).body["blockers"]
    return {one["code"] for one in told}


@on_sqlite
@pytest.mark.pitfall(19)
async def test_the_day_from_which_older_agreements_count_no_more_is_bounded(world: World) -> None:
    day = world.house.clock.now().date()
    version = {
        "version": "v4", "owner": "The board", "text": "Be kind.", "asks_fresh_agreement": True,
        "review_on": (day + timedelta(days=300)).isoformat(),
    }  # fmt: skip
    for ahead in (0, 91):
        told = version | {"agree_by": (day + timedelta(days=ahead)).isoformat()}
        reply = await lead(world).post("/v1/policies", told)
        assert reply.fields == {"agree_by": "out_of_bounds"}
    named = version | {"agree_by": (day + timedelta(days=90)).isoformat()}
    unasked = await lead(world).post("/v1/policies", named | {"asks_fresh_agreement": False})
    assert unasked.fields == {"agree_by": "not_wanted"}
    assert (await lead(world).post("/v1/policies", named)).body["agree_by"] == named["agree_by"]


@on_sqlite
async def test_a_version_that_asks_for_nothing_new_writes_to_nobody(world: World) -> None:
    await say(world)
    await publish(world.house, "v4")
    await world.house.settle()
    assert world.house.letters(world.family.mother_mail, REQUEST) == []
    assert "acknowledgement_due" not in await alerts_now(world)


@on_sqlite
async def test_the_review_is_warned_of_before_and_after_its_date(world: World) -> None:
    house = world.house
    await house.settle()
    assert not {"policy_review_due", "policy_review_overdue"} & await alerts_now(world)
    await house.advance(days=271)  # the review is 300 days after the policy was published
    await house.settle()
    assert "policy_review_due" in await alerts_now(world)
    assert "policy_review_overdue" not in await alerts_now(world)
    await house.advance(days=30)
    await house.settle()
    assert "policy_review_overdue" in await alerts_now(world)


def test_a_warning_outside_its_bounds_is_refused_with_the_bound_named(tmp_path: Path) -> None:
    file = tmp_path / "organisation.toml"
    file.write_text(f"review_warning_days = 1\n{ORGANISATION}", "utf-8")
    with pytest.raises(Misconfigured, match=r"review_warning_days.*7"):
        load_organisation(file)


def _kinds(reader: Reader) -> list[dict[str, object]]:
    found = [*audit_log.entries_after(reader, 0, 1000)]
    mine = (Event.ORGANISATION_SET.value, Event.ORGANISATION_CHANGED.value)
    return [dict(entry) for entry in found if entry["kind"] in mine]


async def test_each_change_of_the_organisations_settings_is_an_entry(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path, migrated=True) as house:
        settings, clock = house.settings, house.clock
        (first,) = await house.read(_kinds)
        assert first["kind"] == "organisation.set"
    changed = ORGANISATION.replace("020 7946 0001", "020 7946 0002")
    changed = f"rehearsal = true\n{changed}\n[windows]\nopening_window = 45\n"
    for text, entries in ((ORGANISATION, 1), (changed, 2), (changed, 2)):
        settings.organisation_file.write_text(text, "utf-8")
        async with serving(settings, clock) as started:
            found = await started.deps.store.read(_kinds)
        assert len(found) == entries
    entry = found[-1]
    assert entry["kind"] == "organisation.changed"
    facts, payload = entry["facts"], entry["payload"]
    assert isinstance(facts, dict)
    assert isinstance(payload, dict)
    assert facts["changed"] == [
        "contacts.safeguarding_lead", "rehearsal", "windows.opening_window",
    ]  # fmt: skip
    assert (facts["rehearsal"], facts["windows_opening_window"]) == (True, 45)
    assert "020 7946 0002" not in str(facts)
    assert payload["contacts.safeguarding_lead"]["before"] == "020 7946 0001"


@on_sqlite
async def test_an_open_room_that_rests_on_older_agreements_is_shut_as_the_new_version_comes(
    world: World,
) -> None:
    session_id = await an_open_session(world)
    await publish(world.house, "v4", fresh=True)
    await world.house.settle()  # no time passes: nothing waits for the next round
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    await check_everything(world.house)
