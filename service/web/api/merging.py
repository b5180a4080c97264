"""Records that may be of one person: told to leads, and joined by one, never by a name (POL-04)."""

from service.policy.people import ChildId, ParentId, Role
from service.store.who_is_who import look_alikes
from service.web.api.outcome import created
from service.web.api.shapes import Id, Made, Words
from service.web.api.who import LEADS
from service.web.bodies import Body, View
from service.web.routes import Answer, Call, Route
from service.workflows.families import merging


class MergeBody(Body):
    """Which record stays in use, and why both are of one person."""

    into: Id
    reason: Words


class LookAlikesView(View):
    """Records that share something, by their ids."""

    kind: str
    shared: str
    ids: tuple[str, ...]


class AllLookAlikes(View):
    """Every set of records that may be of one person."""

    items: tuple[LookAlikesView, ...]


async def listed(call: Call) -> Answer:
    """Records that share a name and a date of birth, a mail address or a number."""
    found = await call.deps.store.read(look_alikes.all_of_them)
    items = tuple(LookAlikesView(kind=one.kind, shared=one.shared, ids=one.ids) for one in found)
    return Answer(200, AllLookAlikes(items=items))


async def merge_child(call: Call[MergeBody]) -> Answer:
    """Join two records of one child; what was refused in either counts until it is reviewed."""
    command = merging.MergeChild(
        ChildId(call.path["child_id"]), ChildId(call.body.into), call.body.reason
    )
    return Answer(201, Made(id=await created(call, merging.merge_child, command)))


async def merge_parent(call: Call[MergeBody]) -> Answer:
    """Join two records of one adult; the one in use answers anew."""
    command = merging.MergeParent(
        ParentId(call.path["parent_id"]), ParentId(call.body.into), call.body.reason
    )
    return Answer(201, Made(id=await created(call, merging.merge_parent, command)))


ROUTES = (
    Route("GET", "/v1/people/look-alikes", listed, summary="Records that may be of one person",
          tag="people", roles=LEADS, answers={200: AllLookAlikes}),
    Route("POST", "/v1/children/{child_id}/merge", merge_child, summary="Join two records of a child",
          tag="people", roles=frozenset({Role.DSL}), body=MergeBody, answers={201: Made},
          creates=True, clauses=("POL-04",)),
    Route("POST", "/v1/parents/{parent_id}/merge", merge_parent,
          summary="Join two records of an adult", tag="people", roles=frozenset({Role.DSL}),
          body=MergeBody, answers={201: Made}, creates=True, clauses=("POL-04",)),
)  # fmt: skip
