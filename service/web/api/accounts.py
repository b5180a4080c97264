"""Host accounts with their custodians, and the versions of the policy (POL-10, POL-34)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from service.errors import InvalidInput
from service.policy.people import HostId, Role, StaffId
from service.store.consents.policies import PolicyVersion
from service.store.inspection import listings
from service.store.inspection.listings import HostEntry, Published
from service.web.api.lists import cursor_after, number_before, start_of
from service.web.api.outcome import created, done
from service.web.api.shapes import ExternalId, Id
from service.web.api.who import OFFICE, READERS
from service.web.bodies import Body, Instant, View
from service.web.paging import Listing, Page
from service.web.routes import Answer, Call, Route
from service.workflows.staff import accounts

LONGEST_POLICY = 100_000


class NewHost(Body):
    """An account of the organisation that meetings run on. `account` is the provider's id for it."""

    provider: Annotated[str, Field(max_length=20)]
    account: Id
    domain: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,253}$")]
    custodians: tuple[Id, ...] = Field(max_length=20)
    external_id: ExternalId | None = None


class HostView(View):
    """A host account. Meetings need two custodians who are neither suspended nor gone (POL-10); one
    person with two entries of the register is one of them."""

    host_id: str
    external_id: str | None
    provider: str
    account: str
    domain: str
    withdrawn: bool
    custodians: tuple[str, ...]
    active_custodians: int


class NewPolicy(Body):
    """A version of the policy, word for word."""

    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    owner: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_POLICY)]
    review_on: date
    asks_fresh_agreement: bool
    agree_by: date | None = Field(
        default=None,
        description="From which day on older agreements count no more; at once unless given.",
    )


class PolicyView(View):
    """A published version."""

    version: str
    owner: str
    text: str
    review_on: date
    asks_fresh_agreement: bool
    agree_by: date | None
    published_at: Instant


async def add_host(call: Call[NewHost]) -> Answer:
    """Put a host account on record, or set the custodians of the one with this `external_id`."""
    body = call.body
    if body.provider not in call.deps.providers:
        raise InvalidInput.of("provider", "unknown", "This provider is not set up here.")
    custodians = tuple(StaffId(one) for one in body.custodians)
    command = accounts.PutHost(
        body.provider, body.account, body.domain, custodians, body.external_id
    )
    host_id = HostId(await created(call, accounts.put_host, command))
    return Answer(201, _host(await call.deps.store.read(listings.host, host_id)))


class Withdrawal(Body):
    """Why a host account is taken out of use, or put back."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


async def withdraw_host(call: Call[Withdrawal]) -> Answer:
    """Take a host account out of use; its coming sessions take another where one is free."""
    host_id = HostId(call.path["host_id"])
    await done(call, accounts.withdraw_host, accounts.WithdrawHost(host_id, call.body.reason))
    return Answer(200, _host(await call.deps.store.read(listings.host, host_id)))


async def reinstate_host(call: Call[Withdrawal]) -> Answer:
    """Put a host account back into use."""
    host_id = HostId(call.path["host_id"])
    await done(call, accounts.reinstate_host, accounts.ReinstateHost(host_id, call.body.reason))
    return Answer(200, _host(await call.deps.store.read(listings.host, host_id)))


async def hosts(call: Call[None, Page]) -> Answer:
    """The host accounts."""
    found = await call.deps.store.read(
        listings.hosts, after=start_of("hosts", call.query), limit=call.query.limit
    )
    cursor = cursor_after("hosts", [one.host_id for one in found], call.query)
    return Answer(
        200, Listing[HostView](items=tuple(_host(one) for one in found), next_cursor=cursor)
    )


def _host(one: HostEntry) -> HostView:
    return HostView(
        host_id=one.host_id,
        external_id=one.external_id,
        provider=one.provider,
        account=one.account,
        domain=one.domain,
        withdrawn=one.withdrawn,
        custodians=one.custodians,
        active_custodians=one.active,
    )


async def publish(call: Call[NewPolicy]) -> Answer:
    """Publish a version of the policy."""
    body = call.body
    command = PolicyVersion(
        body.version,
        body.owner,
        body.text,
        body.review_on,
        body.asks_fresh_agreement,
        body.agree_by,
    )
    version = await created(call, accounts.publish_policy, command)
    return Answer(201, _policy(await call.deps.store.read(listings.policy, version)))


async def policies(call: Call[None, Page]) -> Answer:
    """Every version, oldest first."""
    found = await call.deps.store.read(
        listings.policies, after=number_before("policies", call.query), limit=call.query.limit
    )
    cursor = cursor_after("policies", [one.position for one in found], call.query)
    return Answer(
        200, Listing[PolicyView](items=tuple(_policy(one) for one in found), next_cursor=cursor)
    )


def _policy(one: Published) -> PolicyView:
    return PolicyView(
        version=one.policy.version,
        owner=one.policy.owner,
        text=one.policy.text,
        review_on=one.policy.review_on,
        asks_fresh_agreement=one.policy.asks_fresh_agreement,
        agree_by=one.policy.agree_by,
        published_at=one.published_at,
    )


ROUTES = (
    Route("POST", "/v1/hosts", add_host, summary="Put a host account on record", tag="accounts",
          roles=OFFICE, body=NewHost, answers={201: HostView}, creates=True,
          clauses=("POL-10", "POL-12")),
    Route("GET", "/v1/hosts", hosts, summary="List host accounts", tag="accounts", roles=OFFICE,
          query=Page, answers={200: Listing[HostView]}, clauses=("POL-10",)),
    Route("POST", "/v1/hosts/{host_id}/withdraw", withdraw_host,
          summary="Take a host account out of use", tag="accounts", roles=OFFICE, body=Withdrawal,
          answers={200: HostView}, clauses=("POL-10",)),
    Route("POST", "/v1/hosts/{host_id}/reinstate", reinstate_host,
          summary="Put a host account back into use", tag="accounts", roles=OFFICE, body=Withdrawal,
          answers={200: HostView}, clauses=("POL-10",)),
    Route("POST", "/v1/policies", publish, summary="Publish a version of the policy",
          tag="accounts", roles=frozenset({Role.DSL, Role.ADMIN}), body=NewPolicy,
          answers={201: PolicyView}, creates=True, max_body=512 * 1024, clauses=("POL-34",)),
    Route("GET", "/v1/policies", policies, summary="List the policy's versions", tag="accounts",
          roles=READERS | OFFICE, query=Page, answers={200: Listing[PolicyView]},
          clauses=("POL-34",)),
)  # fmt: skip
