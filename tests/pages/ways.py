"""Links to pages, as a family gets them."""

from service.audit.events import Entry, Event
from service.policy.people import ChildId, ParentId, SessionId
from service.store.families import people
from service.store.families.links import LinkPurpose
from service.store.transactions import Tx
from service.workflows.consents.asking import SESSION_LINK_OUTLASTS, consent_link
from service.workflows.families.links import MakeLink, make_link
from tests.pages.browsing import Browser, Page
from tests.world import ADMIN, PIN, World


def _consent_link(tx: Tx, who: tuple[ChildId, ParentId]) -> str:
    return consent_link(tx, *who).get_secret_value()


def _make_link(tx: Tx, command: MakeLink) -> str:
    return make_link(tx, command).get_secret_value()


async def to_consent(world: World, parent_id: ParentId | None = None) -> str:
    """A link to the consent page, the mother's unless said otherwise."""
    family = world.family
    who = (family.child, parent_id or family.mother)
    return str(await world.house.do(_consent_link, who, ADMIN))


async def to_session(
    world: World,
    session_id: SessionId,
    parent_id: ParentId | None = None,
    child_id: ChildId | None = None,
) -> str:
    """A link to a session's page, the mother's unless said otherwise."""
    command = MakeLink(
        LinkPurpose.SESSION,
        parent_id or world.family.mother,
        child_id or world.family.child,
        session_id,
        world.house.clock.now() + SESSION_LINK_OUTLASTS,
    )
    return str(await world.house.do(_make_link, command, ADMIN))


def forget_pin(tx: Tx, parent_id: ParentId) -> None:
    """As if the parent had never chosen a PIN."""
    tx.conn.execute(people.PARENTS.update().values(pin_hash=None))
    tx.record(Entry(Event.PARENT_CHANGED, parent_id))


async def say_here(browser: Browser, url: str) -> Page:
    """The mother says on her page that she is there."""
    return await browser.send(url, "here", agree="yes", pin=PIN.get_secret_value())
