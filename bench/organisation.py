"""An organisation to measure with: tutors, children with a mother each, and host accounts."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from pydantic import SecretStr

from integrations.mail.messenger import NoMail
from integrations.sms.texter import NoTexts
from service.app import house_of
from service.policy.consent import ConsentKind, Purpose, Route
from service.policy.people import Actor, Authority, ChildId, ParentId, Role, StaffId
from service.policy.staff import CheckScheme, Evidence, EvidenceKind
from service.ports import Clock, SystemClock
from service.settings import Settings, load_organisation
from service.store import migrate
from service.store.consents.policies import PolicyVersion
from service.store.inspection import audit_log
from service.store.transactions import Refused, Store, Tx, open_store
from service.workflows.consents import consent
from service.workflows.deps import Deps
from service.workflows.families import onboarding
from service.workflows.staff import accounts, evidence, register

ADMIN = Actor("staff_bench", frozenset({Role.ADMIN, Role.COORDINATOR, Role.DSL}))
C = TypeVar("C")
R = TypeVar("R")


@dataclass(frozen=True)
class People:
    """Who is there. Every child has consent, and a mother who is named to be present."""

    tutors: tuple[StaffId, ...]
    children: tuple[ChildId, ...]


@asynccontextmanager
async def stored(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Store]:
    """The deployment's store, opened in this process; bound to the deployment as `serve` does."""
    clock = clock or SystemClock()
    house = house_of(settings, load_organisation(settings.organisation_file))
    await migrate.check(
        settings.database_url,
        mode=settings.mode.value,
        origin=house.log_key.name,
        now=clock.now(),
    )
    store = await open_store(
        settings.database_url,
        clock=clock,
        house=house,
        write_entries=audit_log.write_entries,
        write_refusal=audit_log.write_refusal,
    )
    try:
        yield store
    finally:
        await store.close()


def offline(settings: Settings, store: Store) -> Deps:
    """The service's parts without a provider and without mail: for what happens in the store alone."""
    return Deps(
        store=store,
        clock=SystemClock(),
        organisation=load_organisation(settings.organisation_file),
        providers={},
        signal_sources={},
        watchers={},
        checkups={},
        messenger=NoMail(),
        texter=NoTexts(),
        base_url=settings.base_url,
    )


async def do(store: Store, request: Callable[[Tx, C], R], command: C, by: Actor = ADMIN) -> R:
    """Run one workflow; raises what it refuses with."""
    outcome = await store.transact(request, command, by=by)
    if isinstance(outcome, Refused):
        raise outcome.error
    return outcome.value


async def bring_in(store: Store, how_many: int) -> People:
    """So many tutors, children and host accounts, each with everything on record."""
    today = SystemClock().now().date()
    policy = PolicyVersion("v1", "The board", "Be kind.", today + timedelta(days=300), False)
    await do(store, accounts.publish_policy, policy)
    tutors = [await _tutor(store, number, today) for number in range(how_many)]
    children = [await _family(store, number) for number in range(how_many)]
    for number in range(how_many):
        host = accounts.PutHost(
            "zoom", f"host{number:05d}", "tuition.example", (tutors[0], tutors[1])
        )
        await do(store, accounts.put_host, host)
    return People(tuple(tutors), tuple(children))


async def _tutor(store: Store, number: int, today: date) -> StaffId:
    account = SecretStr(f"tutor{number}@tuition.example")
    put = register.PutStaff(SecretStr(f"Tutor {number}"), account)
    staff_id = await do(store, register.put_staff, put)
    for kind in EvidenceKind:
        version = "v1" if kind is EvidenceKind.POLICY_ACKNOWLEDGEMENT else None
        until = None if version else today + timedelta(days=300)
        scheme = CheckScheme.DBS_ENHANCED if kind is EvidenceKind.BACKGROUND_CHECK else None
        seen = Evidence(kind, today - timedelta(days=20), until, version, scheme)
        await do(store, evidence.add_evidence, evidence.AddEvidence(staff_id, seen))
    return staff_id


async def _family(store: Store, number: int) -> ChildId:
    child = onboarding.PutChild(SecretStr(f"Child {number}"), date(2017, 5, 5))
    child_id = await do(store, onboarding.put_child, child)
    mother = onboarding.PutParent(
        SecretStr(f"Mother {number}"), SecretStr(f"mother{number}@family.example"), None
    )
    mother_id = await do(store, onboarding.put_parent, mother)
    tie = onboarding.PutTie(child_id, mother_id, "mother", Authority.PARENTAL_RESPONSIBILITY)
    await do(store, onboarding.put_tie, tie)
    await do(store, consent.say_word, _yes(child_id, mother_id), _parent(mother_id))
    return child_id


def _yes(child_id: ChildId, mother_id: ParentId) -> consent.SayWord:
    return consent.SayWord(
        child_id=child_id,
        giver_id=mother_id,
        purpose=Purpose.TAKE_PART,
        kind=ConsentKind.GIVEN,
        route=Route.LINK,
        policy_version="v1",
        present_adults=(mother_id,),
        child_agrees=True,
    )


def _parent(parent_id: ParentId) -> Actor:
    return Actor(parent_id, frozenset({Role.PARENT}))
