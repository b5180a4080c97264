"""The organisation's host accounts with their custodians, and the versions of its policy."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput
from service.policy.organisation import LATEST_AGREEMENT
from service.policy.people import HostId, StaffId
from service.policy.session import SessionState
from service.store.consents import policies
from service.store.consents.policies import PolicyVersion
from service.store.sessions import cases, engagements, sessions
from service.store.sessions.cases import Held
from service.store.staff import hosts, staff
from service.store.staff.hosts import HostAccount
from service.store.transactions import Tx
from service.workflows.consents import agreeing
from service.workflows.meetings import falling
from service.workflows.sessions import booking


@dataclass(frozen=True)
class PutHost:
    """An account of the organisation that meetings run on, with its custodians (POL-10)."""

    provider: str
    account: str
    domain: str
    custodians: tuple[StaffId, ...]
    external_id: str | None = None


def put_host(tx: Tx, command: PutHost) -> HostId:
    """Put a host account on record, or set the custodians of one that is there."""
    if command.domain not in tx.house.organisation.domains:
        raise InvalidInput.of(
            "domain", "personal_account", "Use an account of the organisation (POL-12)."
        )
    known = hosts.host_by_external_id(tx, command.external_id) if command.external_id else None
    if known is not None and hosts.is_withdrawn(tx, known):
        raise Conflict(
            "This account was taken out of use. Put it back into use first.", code="host_withdrawn"
        )
    host_id = known or HostId(tx.new_id("host"))
    affected = sessions.running_on_host(tx, host_id)
    cases.hold(tx, affected, Held(staff=frozenset(command.custodians), hosts=frozenset({host_id})))
    for place, staff_id in enumerate(command.custodians):
        if not staff.has_staff(tx, staff_id):
            raise InvalidInput.of(
                f"custodians.{place}", "unknown", "There is no such member of staff."
            )
    if known is None:
        account = HostAccount(host_id, command.provider, command.account)
        violated = hosts.insert_host(tx, account, command.external_id, command.domain)
        if violated is not None:
            raise Conflict("This account is on record already.", code="host_taken")
        tx.record(Entry(Event.HOST_ADDED, host_id, {"host": host_id}))
    _set_custodians(tx, host_id, frozenset(command.custodians))
    falling.decide_again(tx, affected)
    return host_id


@dataclass(frozen=True)
class WithdrawHost:
    """Take a host account out of use, with the reason: lost, suspended, used by somebody."""

    host_id: HostId
    reason: str


def withdraw_host(tx: Tx, command: WithdrawHost) -> HostId:
    """Take a host account out of use at once; its coming sessions take another where one is free.

    A meeting that is open on it goes and is made anew elsewhere. A call under way goes on: the
    account is needed to start a room, not to keep one.
    """
    hosts.host_account(tx, command.host_id)
    affected = sessions.running_on_host(tx, command.host_id)
    cases.hold(tx, affected, Held(hosts=frozenset({command.host_id})))
    if not hosts.withdraw(tx, command.host_id):
        return command.host_id
    tx.record(
        Entry(
            Event.HOST_WITHDRAWN,
            command.host_id,
            {"host": command.host_id},
            payload={"reason": command.reason},
        )
    )
    falling.decide_again(tx, affected)
    for session_id in affected:
        session = sessions.get(tx, session_id)
        if session.state is SessionState.BOOKED:
            engagements.release(tx, session_id, "host")
            sessions.set_host(tx, session_id, None)
            booking.allocate_host(tx, session)
    sessions.touch(tx, affected)
    return command.host_id


@dataclass(frozen=True)
class ReinstateHost:
    """Put a host account back into use, with the reason."""

    host_id: HostId
    reason: str


def reinstate_host(tx: Tx, command: ReinstateHost) -> HostId:
    """Put a host account back into use; sessions that wait for one may take it."""
    hosts.host_account(tx, command.host_id)
    tx.lock(hosts.HOSTS, [command.host_id])
    if hosts.reinstate(tx, command.host_id):
        tx.record(
            Entry(
                Event.HOST_REINSTATED,
                command.host_id,
                {"host": command.host_id},
                payload={"reason": command.reason},
            )
        )
        sessions.touch(tx, sessions.running(tx))
    return command.host_id


def _set_custodians(tx: Tx, host_id: HostId, wanted: frozenset[StaffId]) -> None:
    there = hosts.custodians(tx, host_id)
    for staff_id in sorted(wanted - there):
        hosts.put_custodian(tx, host_id, staff_id)
        tx.record(Entry(Event.CUSTODIAN_ADDED, host_id, {"host": host_id, "staff": staff_id}))
    for staff_id in sorted(there - wanted):
        hosts.end_custodian(tx, host_id, staff_id)
        tx.record(Entry(Event.CUSTODIAN_REMOVED, host_id, {"host": host_id, "staff": staff_id}))


def _must_ask_in_time(tx: Tx, command: PolicyVersion) -> None:
    """Older agreements may count for a while, not for good (pitfall 19)."""
    if command.agree_by is None:
        return
    today = tx.house.organisation.local_day(tx.now)
    if not command.asks_fresh_agreement:
        raise InvalidInput.of(
            "agree_by", "not_wanted", "This version asks for no fresh agreement: it needs no day."
        )
    if not today < command.agree_by <= today + LATEST_AGREEMENT:
        raise InvalidInput.of(
            "agree_by",
            "out_of_bounds",
            f"Name a day ahead, at most {LATEST_AGREEMENT.days} days from now.",
        )


def publish_policy(tx: Tx, command: PolicyVersion) -> str:
    """Publish a version of the policy, word for word, with owner and review date (POL-34)."""
    if command.review_on <= tx.house.organisation.local_day(tx.now):
        raise InvalidInput.of("review_on", "in_the_past", "The review date must lie ahead.")
    _must_ask_in_time(tx, command)
    if policies.append_policy(tx, command) is not None:
        raise Conflict("This version is published already.", code="version_taken")
    tx.record(
        Entry(
            Event.POLICY_PUBLISHED,
            f"policy_{command.version}",
            facts={
                "version": command.version,
                "asks_fresh_agreement": command.asks_fresh_agreement,
                "review_on": command.review_on.isoformat(),
                "agree_by": command.agree_by.isoformat() if command.agree_by else None,
            },
            payload={"owner": command.owner},
        )
    )
    if command.asks_fresh_agreement:
        sessions.touch(tx, sessions.running(tx))
        agreeing.ask_everybody(tx, command.version)
    return command.version
