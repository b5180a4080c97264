"""Whom an alert reaches, how, and when: the table a safeguarding lead would draw."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.policy.alerting import Urgency
from service.policy.duty_rota import Channel, Designated, Standing
from service.policy.escalation import (
    OF_THE_LEADS,
    PAST_THE_LEADS,
    Contact,
    Open,
    Plan,
    Reach,
    Reachable,
    plan,
    rings_again,
)
from service.policy.organisation import Contacts, Hours, Organisation
from service.policy.people import StaffId

DAY = Hours(time(8), time(20))
ORGANISATION = Organisation(
    name="Lantern",
    contacts=Contacts("1", "2", "copies@tuition.example"),
    zone=ZoneInfo("Europe/London"),
    domains=frozenset(),
    hours=(DAY, DAY, DAY, DAY, DAY, None, None),
)
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 29, 15, tzinfo=UTC)
DANGER, URGENT, ORDINARY = Urgency.IMMEDIATE_DANGER, Urgency.URGENT, Urgency.ORDINARY
EMAIL, SMS, PAGE = Channel.EMAIL, Channel.SMS, Channel.PAGE
MAILBOX, NUMBER = (Contact.COPIES_TO, EMAIL), (Contact.SAFEGUARDING_LEAD, SMS)


def person(name: str, standing: Standing = Standing.LEAD, *channels: Channel) -> Designated:
    return Designated(StaffId(name), standing, channels or (SMS,))


LEA, DEE = person("lea"), person("dee", Standing.DEPUTY)
COR = person("cor", Standing.COORDINATOR, EMAIL)
OFF_LEAD, OFF_DEPUTY = person("off_lead"), person("off_deputy", Standing.DEPUTY)
OFF_COORDINATOR = person("off_coordinator", Standing.COORDINATOR)
ALL = Reachable((LEA, DEE, COR), (OFF_LEAD, OFF_DEPUTY, OFF_COORDINATOR))
NOBODY = Reachable((), (OFF_LEAD,))


def at(
    urgency: Urgency,
    minutes: float = 0,
    people: Reachable = ALL,
    since: datetime = TUESDAY,
    **more: object,
) -> Plan:
    alert = Open(urgency, since, **more)  # type: ignore[arg-type]
    return plan(alert, people, ORGANISATION, since + timedelta(minutes=minutes))


def told(found: Plan) -> set[tuple[str, Channel]]:
    """Who is told by a carrier; the page is there for whoever looks."""
    return {(one.to, one.channel) for one in found.reaches if one.channel is not PAGE}


def rung(found: Plan) -> set[str]:
    return {to for to, channel in told(found) if channel is SMS}


# --- who, at which step -----------------------------------------------------------------------------


def test_danger_rings_the_first_two_on_duty_by_every_way_they_have() -> None:
    assert told(at(DANGER)) == {("lea", SMS), ("lea", EMAIL), ("dee", SMS), ("dee", EMAIL)}


def test_after_the_next_step_everybody_on_duty_is_told() -> None:
    found = at(DANGER, 2)
    assert found.step == 2
    assert {to for to, _ in told(found)} == {"lea", "dee", "cor"}


def test_then_leads_and_deputies_who_are_off_duty_hear_of_it_and_are_not_rung() -> None:
    found = told(at(DANGER, 4))
    assert {("off_lead", EMAIL), ("off_deputy", EMAIL), MAILBOX, NUMBER} <= found
    assert rung(at(DANGER, 4)) == {"lea", "dee", Contact.SAFEGUARDING_LEAD}
    assert not any(to == "off_coordinator" for to, _ in found)


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("minutes", [0, 2, 4, 5, 10, 15, 30, 90, 24 * 60, 49 * 60])
@pytest.mark.parametrize("since", [TUESDAY, NIGHT, SUNDAY])
def test_nobody_off_duty_is_ever_rung(urgency: Urgency, minutes: int, since: datetime) -> None:
    off = {one.staff_id for one in ALL.off_duty}
    assert off.isdisjoint(rung(at(urgency, minutes, since=since)))


def test_what_is_urgent_goes_first_the_way_each_one_named_first_and_then_every_way() -> None:
    assert told(at(URGENT)) == {("lea", SMS), ("dee", SMS)}
    assert {("lea", SMS), ("lea", EMAIL), ("cor", EMAIL)} <= told(at(URGENT, 5))


def test_what_is_ordinary_goes_by_letter_to_two_and_after_a_day_to_the_others() -> None:
    first, second = at(ORDINARY), at(ORDINARY, 24 * 60)
    assert told(first) == {("lea", EMAIL), ("dee", EMAIL)}
    assert {("cor", EMAIL), ("off_lead", EMAIL), MAILBOX} <= told(second)
    assert second.look_again_at is None, "it is on the list, and not told for ever"
    assert rung(first) == rung(second) == set()


def test_with_one_person_on_duty_the_mailbox_that_two_people_read_is_the_second() -> None:
    found = at(URGENT, people=Reachable((LEA,), (OFF_LEAD,)))
    assert told(found) == {("lea", SMS), MAILBOX}
    assert not found.nobody_on_duty


@pytest.mark.parametrize("urgency", [DANGER, URGENT])
def test_with_nobody_on_duty_mailbox_and_number_are_tried_and_it_is_said(urgency: Urgency) -> None:
    found = at(urgency, people=NOBODY)
    assert told(found) == {MAILBOX, NUMBER}
    assert found.nobody_on_duty


def test_nobody_is_reached_by_an_alert_about_themselves() -> None:
    for minutes in (0, 2, 4, 6):
        found = at(DANGER, minutes, about=frozenset({"lea", "off_lead"}))
        assert {"lea", "off_lead"}.isdisjoint(one.to for one in found.reaches)
    assert {to for to, _ in told(at(DANGER, about=frozenset({"lea"})))} == {"dee", "cor"}


def test_whom_it_is_about_is_never_the_only_one_reached() -> None:
    alone = Reachable((LEA,), ())
    assert told(at(DANGER, people=alone, about=frozenset({"lea"}))) == {MAILBOX, NUMBER}


@pytest.mark.pitfall(65)
def test_a_concern_reaches_no_shared_mailbox_and_widens_to_leads_off_duty_at_once() -> None:
    alone = Reachable((LEA,), (OFF_LEAD, OFF_COORDINATOR))
    found = told(at(URGENT, people=alone, contacts=OF_THE_LEADS))
    assert found == {("lea", SMS), ("off_lead", EMAIL)}
    everybody = frozenset(one.staff_id for one in (*ALL.on_duty, *ALL.off_duty))
    past = told(at(DANGER, 4, about=everybody, contacts=PAST_THE_LEADS))
    assert past == {(Contact.INDEPENDENT, EMAIL)}


# --- when a way does not work -------------------------------------------------------------------------


def test_when_a_way_fails_the_next_way_to_the_same_person_is_tried() -> None:
    failed = frozenset({("lea", SMS)})
    assert ("lea", EMAIL) in told(at(URGENT, failed=failed))
    assert ("lea", SMS) not in told(at(URGENT, failed=failed))


def test_when_every_way_to_somebody_fails_the_next_person_takes_their_place() -> None:
    failed = frozenset({("lea", SMS), ("lea", EMAIL)})
    assert {to for to, _ in told(at(URGENT, failed=failed))} == {"dee", "cor"}


def test_when_nobody_can_be_reached_the_house_is() -> None:
    failed = frozenset((one.staff_id, way) for one in ALL.on_duty for way in (SMS, EMAIL))
    assert told(at(URGENT, failed=failed)) == {MAILBOX, NUMBER}


# --- when -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("urgency", "since", "waits_until"),
    [
        (DANGER, NIGHT, None),
        (DANGER, SUNDAY, None),
        (URGENT, NIGHT, datetime(2026, 11, 25, 7, tzinfo=UTC)),
        (URGENT, SUNDAY, None),
        (URGENT, TUESDAY, None),
        (ORDINARY, NIGHT, datetime(2026, 11, 25, 8, tzinfo=UTC)),
        (ORDINARY, SUNDAY, datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (ORDINARY, TUESDAY, None),
    ],
)
def test_at_night_only_danger_reaches_anybody_and_what_is_ordinary_waits_for_the_office(
    urgency: Urgency, since: datetime, waits_until: datetime | None
) -> None:
    found = at(urgency, since=since)
    if waits_until is None:
        assert told(found)
        return
    assert (found.step, found.reaches, found.look_again_at) == (0, (), waits_until)
    assert plan(Open(urgency, since), ALL, ORGANISATION, waits_until).step == 1


def test_it_is_never_night_while_the_organisation_is_open() -> None:
    late = Hours(time(8), time(23, 45))
    open_late = Organisation(
        **{name: getattr(ORGANISATION, name) for name in ORGANISATION.__dataclass_fields__}
        | {"hours": (late,) * 7}
    )
    assert open_late.night_until(NIGHT) is None
    assert ORGANISATION.night_until(NIGHT) == datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    ("minutes", "step", "next_minutes"),
    [(0, 1, 2), (1.9, 1, 2), (2, 2, 4), (59, 30, 60), (60, 31, 90), (89, 31, 90), (90, 32, 120)],
)
def test_steps_follow_our_own_clock_and_never_end_while_nobody_answers(
    minutes: float, step: int, next_minutes: float
) -> None:
    found = at(DANGER, minutes)
    assert (found.step, found.look_again_at) == (step, TUESDAY + timedelta(minutes=next_minutes))
    assert "lea" in rung(found)


def test_each_later_step_rings_whoever_is_on_duty_again_and_writes_to_the_others_once() -> None:
    third, fourth = set(at(DANGER, 4).reaches), set(at(DANGER, 6).reaches)
    assert Reach(StaffId("lea"), SMS, 4) in fourth - third
    assert {one for one in fourth if one.to in ("off_lead", *Contact)} <= third
    assert {one for one in fourth if one.channel is PAGE} <= third


def test_with_nobody_on_duty_the_number_is_rung_again() -> None:
    numbers = {
        one.step
        for minutes in (0, 2, 4, 6)
        for one in at(DANGER, minutes, NOBODY).reaches
        if one.to is Contact.SAFEGUARDING_LEAD
    }
    assert numbers == {1, 2, 3, 4}


def test_what_is_over_rings_nobody_and_waits_for_the_office() -> None:
    assert rung(at(DANGER, 1, is_over=True)) == set()
    assert at(DANGER, 1, since=NIGHT, is_over=True).step == 0


def test_a_flicker_is_no_news_and_five_minutes_are() -> None:
    assert not rings_again(TUESDAY, TUESDAY + timedelta(minutes=4, seconds=59))
    assert rings_again(TUESDAY, TUESDAY + timedelta(minutes=5))


# --- concerns at night --------------------------------------------------------------------------------


@pytest.mark.pitfall(65)
def test_a_concern_is_written_of_at_night_and_rings_nobody_before_the_morning() -> None:
    coordinators = frozenset({COR.staff_id, OFF_COORDINATOR.staff_id})
    told = at(URGENT, since=NIGHT, at_any_hour=True, about=coordinators, contacts=OF_THE_LEADS)
    assert told.step == 0
    leads = (LEA, DEE, OFF_LEAD, OFF_DEPUTY)
    assert told.reaches == tuple(Reach(one.staff_id, EMAIL, 1) for one in leads)
    past = at(URGENT, since=NIGHT, at_any_hour=True, people=Reachable(), contacts=PAST_THE_LEADS)
    assert past.reaches == (Reach(Contact.INDEPENDENT, EMAIL, 1),)
    assert at(URGENT, since=NIGHT).reaches == ()
