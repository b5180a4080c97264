"""Who is designated to be reached by alerts, and when each of them is on duty (POL-11)."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import FieldProblem, InvalidInput, NotFound
from service.policy.duty_rota import ENOUGH, Channel, Designated, Turn
from service.policy.people import StaffId, system
from service.store.alerts import alerts, duty_rota
from service.store.staff import colleagues, staff
from service.store.transactions import Tx
from service.workflows.alerts.ringing import ROTA
from service.workflows.deps import Deps


@dataclass(frozen=True)
class Designate:
    """Alerts may reach this person from now on, by these channels."""

    person: Designated


def designate(tx: Tx, command: Designate) -> StaffId:
    """Designate somebody, in place of what they were designated as before. `InvalidInput` names a
    channel that could never reach them."""
    person = command.person
    tx.lock(staff.STAFF, (person.staff_id,))
    record = staff.staff_record(tx, person.staff_id)
    problems = []
    if not colleagues.may_act(tx, person.staff_id):
        problems.append(FieldProblem("staff_id", "suspended", "This person may not act."))
    if Channel.SMS in person.channels and record.phone is None:
        sentence = "There is no telephone number of this person on record."
        problems.append(FieldProblem("channels", "no_number", sentence))
    if problems:
        raise InvalidInput(fields=problems)
    duty_rota.designate(tx, person)
    facts: dict[str, Fact] = {
        "standing": person.standing.value,
        "channels": tuple(channel.value for channel in person.channels),
    }
    tx.record(Entry(Event.PERSON_DESIGNATED, person.staff_id, {"staff": person.staff_id}, facts))
    if len(duty_rota.designated(tx)) >= ENOUGH:
        alerts.note_over(tx, ROTA, "too_few_designated")
    return person.staff_id


@dataclass(frozen=True)
class EndDesignation:
    """Alerts reach this person no more."""

    staff_id: StaffId


def end_designation(tx: Tx, command: EndDesignation) -> StaffId:
    """Take somebody off; their turns stay on the rota and count no more. `NotFound` if alerts do not
    reach them."""
    tx.lock(staff.STAFF, (command.staff_id,))
    if not duty_rota.end_designation(tx, command.staff_id):
        raise NotFound
    tx.record(Entry(Event.DESIGNATION_ENDED, command.staff_id, {"staff": command.staff_id}))
    mind_designated(tx, None)
    return command.staff_id


@dataclass(frozen=True)
class SetTurn:
    """Weekly hours in which somebody is on duty."""

    turn: Turn


def set_turn(tx: Tx, command: SetTurn) -> str:
    """Put a turn on the rota; answers its id. Only for a designated person, and not for the past."""
    turn = command.turn
    today = tx.house.organisation.local_day(tx.now)
    if turn.staff_id not in {one.staff_id for one in duty_rota.designated(tx)}:
        raise InvalidInput.of("staff_id", "not_designated", "This person is not designated.")
    if turn.last_day is not None and turn.last_day < max(today, turn.first_day):
        raise InvalidInput.of("last_day", "in_the_past", "The last day must be ahead.")
    turn_id = duty_rota.insert_turn(tx, turn)
    tx.record(Entry(Event.DUTY_TURN_SET, turn.staff_id, {"staff": turn.staff_id}, _facts(turn)))
    return turn_id


def _facts(turn: Turn) -> dict[str, Fact]:
    return {
        "weekdays": tuple(str(day) for day in sorted(turn.weekdays)),
        "starts": turn.starts.isoformat("minutes"),
        "ends": turn.ends.isoformat("minutes"),
        "first_day": turn.first_day.isoformat(),
        "last_day": turn.last_day.isoformat() if turn.last_day else None,
        "place": turn.place,
    }


@dataclass(frozen=True)
class EndTurn:
    """A turn is off the rota from now on."""

    turn_id: str


def end_turn(tx: Tx, command: EndTurn) -> str:
    """Take a turn off the rota. `NotFound` unless it is on it."""
    kept = duty_rota.end_turn(tx, command.turn_id)
    staff_id = kept.turn.staff_id
    tx.record(Entry(Event.DUTY_TURN_ENDED, staff_id, {"staff": staff_id}, _facts(kept.turn)))
    return kept.turn_id


# --- whether there are enough ---------------------------------------------------------------------


def mind_designated(tx: Tx, _command: None) -> int:
    """Have an alert open while fewer than two people are designated and may act, from the first booked
    session on; answers how many."""
    people = len(duty_rota.designated(tx))
    if people >= ENOUGH:
        alerts.note_over(tx, ROTA, "too_few_designated")
    elif duty_rota.is_needed(tx) and not alerts.holds(tx, ROTA, "too_few_designated"):
        alerts.raise_alert(tx, ROTA, "too_few_designated", None)
    return people


async def count(deps: Deps) -> None:
    """Look once: people are suspended and leave without anybody thinking of the rota."""
    await deps.store.do(mind_designated, None, by=system("count_designated"))
