"""`chaperone doctor`: says in plain words what is missing before anyone books. Changes nothing.

Part of the composition root: it looks at real providers with real credentials.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp
from yarl import URL

from service.app import house_of
from service.policy.capacity import Peak, peak
from service.policy.duty_rota import ENOUGH, Channel
from service.policy.escalation import Reachable
from service.policy.session import Span
from service.ports import Clock, Complaint, NoBudget, SystemClock, Weight
from service.providers import providers_of
from service.settings import Settings, load_organisation
from service.store.alerts import duty_rota
from service.store.glance import glance
from service.store.sessions import capacity
from service.store.transactions import Reader

REACHABLE_WITHIN = aiohttp.ClientTimeout(total=10)


TOO_FEW = (
    "Fewer than two people are designated to be reached by alerts. Designate at least two (PUT"
    " /v1/duty/people/…), and put them on the rota (POST /v1/duty/turns)."
)
NOBODY_ON_DUTY = (
    "Nobody is on duty now: an alert would go to the shared mailbox and the safeguarding lead's"
    " number alone. Fill the rota (POST /v1/duty/turns)."
)
NO_MAIL = "No mail server is set up (CHAPERONE_MAIL__…): neither parents nor staff are written to."
NO_SMS = "Somebody is to be reached by SMS, and no gateway is set up (CHAPERONE_SMS__…)."


@dataclass(frozen=True)
class Ward:
    """One provider's complaints, and what the booked sessions ask of its accounts."""

    provider: str
    accounts: int
    peak: Peak
    complaints: tuple[Complaint, ...]


@dataclass(frozen=True)
class _Books:
    """What our own records say: host accounts and booked times, by provider."""

    accounts: Mapping[str, tuple[str, ...]]
    booked: Mapping[str, tuple[Span, ...]]
    people: Reachable


async def examine(settings: Settings, clock: Clock | None = None) -> tuple[Ward, ...]:
    """Look at every provider that is set up. `Misconfigured` if the settings cannot be used."""
    clock = clock or SystemClock()
    organisation = load_organisation(settings.organisation_file)
    margin = timedelta(minutes=organisation.windows.host_margin)
    async with aiohttp.ClientSession() as session:
        providers = providers_of(settings, session, clock, NoBudget())
        house = house_of(settings, organisation)
        read = partial(_books, tuple(providers))
        books = await glance(settings.database_url, clock, house, read)
        ours = (*await _reachable(session, settings), *_alerts_reach(settings, books.people))
        wards = []
        for name, provider in providers.items():
            mine = books.accounts.get(name, ())
            most = peak(books.booked[name], margin)
            told = await provider.checkup.check(mine)
            complaints = (*told, *_enough(name, len(mine), most), *ours)
            wards.append(Ward(name, len(mine), most, complaints))
        return tuple(wards)


def _books(providers: tuple[str, ...], reader: Reader) -> _Books:
    booked = {name: capacity.booked(reader, name, reader.now) for name in providers}
    return _Books(capacity.accounts(reader), booked, duty_rota.reachable(reader))


def _enough(name: str, accounts: int, most: Peak) -> tuple[Complaint, ...]:
    if accounts == 0:
        sentence = (
            f"No host account of {name} is on record. Put at least one there (POST /v1/hosts)."
        )
        return (Complaint("no_host_accounts", sentence, Weight.STOPS),)
    if most.accounts <= accounts or most.at is None:
        return ()
    sentence = (
        f"{most.accounts} licensed accounts are needed at once from {most.at:%d %B %Y, %H:%M} UTC"
        f" on; {accounts} are on record. Sessions without one will not open."
    )
    return (Complaint("too_few_accounts", sentence, Weight.WRONG),)


def _alerts_reach(settings: Settings, people: Reachable) -> tuple[Complaint, ...]:
    """Whether an alert would reach two people now (POL-11)."""
    everybody = (*people.on_duty, *people.off_duty)
    found = []
    if len(everybody) < ENOUGH:
        found.append(("too_few_designated", TOO_FEW))
    elif not people.on_duty:
        found.append(("nobody_on_duty", NOBODY_ON_DUTY))
    if settings.mail is None:
        found.append(("no_mail", NO_MAIL))
    if settings.sms is None and any(Channel.SMS in one.channels for one in everybody):
        found.append(("no_sms", NO_SMS))
    return tuple(Complaint(code, sentence, Weight.WRONG) for code, sentence in found)


async def _reachable(session: aiohttp.ClientSession, settings: Settings) -> tuple[Complaint, ...]:
    """Whether our public address answers from here; a provider may still see it differently."""
    sentence = (
        "This service's own address does not answer from here. Providers post to it: without it"
        " nobody knows who is in a room. Start the service, and check name, certificate and proxy."
    )
    try:
        async with session.get(
            URL(settings.base_url) / "healthz", timeout=REACHABLE_WITHIN, allow_redirects=False
        ) as answer:
            if answer.status == 200:
                return ()
    except (aiohttp.ClientError, TimeoutError, OSError):
        pass
    return (Complaint("hooks_unreachable", sentence, Weight.WRONG),)
