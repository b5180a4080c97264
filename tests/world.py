"""A small organisation to tell stories with: staff, a family or two, an account, a policy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import SecretStr

from service.policy.consent import ConsentKind, Purpose, Route
from service.policy.duty_rota import Standing
from service.policy.people import (
    Actor,
    Authority,
    ChildId,
    HostId,
    ParentId,
    Role,
    SessionId,
    StaffId,
)
from service.policy.presence import PresenceMode
from service.policy.session import CoverMode
from service.policy.staff import CheckScheme, Evidence, EvidenceKind
from service.workflows.attending import presence
from service.workflows.consents import consent
from service.workflows.families import links, onboarding
from service.workflows.second_staff import staffing
from service.workflows.sessions import booking
from service.workflows.staff import evidence, register
from tests.harness import House
from tests.office import a_host, designate, on_duty, publish

PIN = SecretStr("2580")
PIN_HASH = links.hash_pin(PIN)
"""Made once: the hash is slow on purpose."""

STARTS_IN = timedelta(hours=1)


@dataclass
class Family:
    """A child with a mother who has authority, and a father who has it too."""

    child: ChildId
    mother: ParentId
    father: ParentId
    mother_mail: str
    father_mail: str


@dataclass
class World:
    """Everything an organisation needs before its first session."""

    house: House
    coordinator: StaffId
    lead: StaffId
    tutor: StaffId
    second: StaffId
    host: HostId
    family: Family

    def actor(self, staff_id: StaffId, *roles: Role) -> Actor:
        """A member of staff as the one who acts."""
        return Actor(staff_id, frozenset(roles))

    @property
    def as_coordinator(self) -> Actor:
        """The coordinator as the one who acts."""
        return self.actor(self.coordinator, Role.COORDINATOR)

    def as_parent(self, parent_id: ParentId) -> Actor:
        """A parent as the one who acts."""
        return Actor(parent_id, frozenset({Role.PARENT}))


ADMIN = Actor("staff_admin", frozenset({Role.ADMIN, Role.COORDINATOR}))


async def a_world(house: House) -> World:
    """Staff checked and trained, one account with two custodians, one family that has a PIN."""
    await publish(house, "v3")
    coordinator = await a_colleague(house, "Cora", "cora")
    lead = await a_colleague(house, "Lea", "lea")
    tutor = await a_colleague(house, "Theo", "theo")
    second = await a_colleague(house, "Sam", "sam")
    host = await a_host(house, 0, coordinator, lead)
    family = await a_family(house, "river", coordinator)
    await designate(house, lead, Standing.LEAD)
    await designate(house, coordinator, Standing.COORDINATOR)
    for place, staff_id in enumerate((lead, coordinator), 1):
        await on_duty(house, staff_id, place=place)
    return World(house, coordinator, lead, tutor, second, host, family)


async def a_colleague(
    house: House,
    name: str,
    account: str,
    *,
    phone: str | None = None,
    checked_until: date | None = None,
) -> StaffId:
    """A member of staff with everything on record, the check until that day if one is said."""
    staff_id: StaffId = await house.do(
        register.put_staff,
        register.PutStaff(
            SecretStr(name),
            SecretStr(f"{account}@tuition.example"),
            SecretStr(phone) if phone else None,
        ),
        ADMIN,
    )
    today = house.clock.now().date()
    for kind, version in (
        (EvidenceKind.BACKGROUND_CHECK, None),
        (EvidenceKind.TRAINING, None),
        (EvidenceKind.POLICY_ACKNOWLEDGEMENT, "v3"),
    ):
        until = None if version else today + timedelta(days=200)
        if kind is EvidenceKind.BACKGROUND_CHECK and checked_until is not None:
            until = checked_until
        scheme = CheckScheme.DBS_ENHANCED if kind is EvidenceKind.BACKGROUND_CHECK else None
        seen = Evidence(kind, today - timedelta(days=20), until, version, scheme)
        await house.do(evidence.add_evidence, evidence.AddEvidence(staff_id, seen), ADMIN)
    return staff_id


async def a_family(house: House, name: str, coordinator: StaffId) -> Family:
    """A child of nine with two parents, the mother with a PIN; nobody has consented yet."""
    child: ChildId = await house.do(
        onboarding.put_child, onboarding.PutChild(SecretStr(name.title()), date(2017, 5, 5)), ADMIN
    )
    parents = []
    for relation in ("mother", "father"):
        parent_id: ParentId = await house.do(
            onboarding.put_parent,
            onboarding.PutParent(
                SecretStr(f"{relation.title()} {name.title()}"),
                SecretStr(f"{relation}@{name}.example"),
                SecretStr(f"07700 900{len(name):03d}"),
            ),
            ADMIN,
        )
        tie = onboarding.PutTie(child, parent_id, relation, Authority.PARENTAL_RESPONSIBILITY)
        await house.do(onboarding.put_tie, tie, ADMIN)
        await house.do(
            links.set_pin,
            links.SetPin(parent_id, PIN_HASH, Route.PHONE, "number on file"),
            Actor(coordinator, frozenset({Role.COORDINATOR})),
        )
        parents.append(parent_id)
    return Family(child, *parents, f"mother@{name}.example", f"father@{name}.example")


async def book(
    world: World,
    *children: ChildId,
    starts_at: datetime | None = None,
    tutor: StaffId | None = None,
    purpose: str = "Fractions",
    cover_mode: CoverMode = CoverMode.THROUGHOUT,
) -> SessionId:
    """A lesson of 45 minutes, in an hour unless said otherwise."""
    starts = starts_at or world.house.clock.now() + STARTS_IN
    session_id: SessionId = await world.house.do(
        booking.book_session,
        booking.BookSession(
            external_id=None,
            tutor_id=tutor or world.tutor,
            children=children or (world.family.child,),
            terms=booking.Terms(
                starts, starts + timedelta(minutes=45), "local", "Europe/London", purpose
            ),
            provider=world.house.rooms.provider,
            cover_mode=cover_mode,
        ),
        world.as_coordinator,
    )
    return session_id


async def say(
    world: World,
    kind: ConsentKind = ConsentKind.GIVEN,
    *,
    family: Family | None = None,
    giver: ParentId | None = None,
    **more: object,
) -> None:
    """A giver says a word by link; a yes names the giver as present adult."""
    family = family or world.family
    who = giver or family.mother
    command = consent.SayWord(
        child_id=family.child,
        giver_id=who,
        purpose=Purpose.TAKE_PART,
        kind=kind,
        route=Route.LINK,
        policy_version=str(more.pop("policy_version", "v3")),
        present_adults=(who,) if kind is ConsentKind.GIVEN else (),
        child_agrees=bool(more.pop("child_agrees", kind is ConsentKind.GIVEN)),
        **more,  # type: ignore[arg-type]
    )
    await world.house.do(consent.say_word, command, world.as_parent(who))


async def cover(world: World, session_id: SessionId, staff_id: StaffId | None = None) -> None:
    """Second staff is assigned and accepts."""
    who = staff_id or world.second
    assign = staffing.AssignSecondStaff(session_id, who)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    await world.house.do(
        staffing.accept, staffing.AcceptSession(session_id), world.actor(who, Role.SECOND_STAFF)
    )


async def pledge(
    world: World, session_id: SessionId, family: Family | None = None, terms: int = 1
) -> None:
    """The mother promises to be there."""
    family = family or world.family
    command = presence.MakePledge(
        session_id, family.child, family.mother, terms, PresenceMode.IN_THE_ROOM, Route.LINK
    )
    await world.house.do(presence.make_pledge, command, world.as_parent(family.mother))


async def a_clear_session(world: World, **more: object) -> SessionId:
    """A booked session in which nothing is missing."""
    await say(world)
    session_id = await book(world, **more)  # type: ignore[arg-type]
    await cover(world, session_id)
    await pledge(world, session_id)
    return session_id


async def an_open_session(world: World, **more: object) -> SessionId:
    """A session whose meeting is there."""
    session_id = await a_clear_session(world, **more)
    await world.house.advance(minutes=35)
    await world.house.settle()
    return session_id


async def check_in(world: World, session_id: SessionId, family: Family | None = None) -> None:
    """The mother says that she is there."""
    family = family or world.family
    command = presence.CheckInFamily(session_id, family.child, family.mother, 1, Route.LINK)
    await world.house.do(presence.check_in, command, world.as_parent(family.mother))
