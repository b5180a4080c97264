"""Lists of people: checked whole, kept whole, repeatable, and by the same policy as one by one."""

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import Role
from service.store.who_is_who import doubles
from service.workflows.families import merging, parting
from tests.api.people import recorded, stored
from tests.invariants import check_everything
from tests.stories.lists import (
    COLLEAGUE,
    FAMILY,
    a_family_line,
    a_paper,
    bringer,
    doubts,
    lines,
    outcomes,
    problems,
    send,
)
from tests.stories.steps import on_sqlite
from tests.world import World, book, say


async def test_a_check_says_what_would_come_of_it_and_leaves_no_trace(world: World) -> None:
    before, trail = await stored(world.house), await recorded(world.house)
    reply = await send(world, "families", FAMILY, a_family_line(2, born_on="9/3/2016"))
    assert outcomes(reply) == ["new", None]
    assert reply.body["kept"] is False
    assert await stored(world.house) == before
    assert await recorded(world.house) == trail


async def test_a_list_is_kept_once_and_the_same_again_changes_nothing(world: World) -> None:
    sibling = FAMILY | {"child_id": "K-9", "child_name": "Wren Marsh"}
    reply = await send(world, "families", FAMILY, sibling, go=True)
    assert (reply.body["kept"], outcomes(reply)) == (True, ["new", "new"])
    people, trail = await stored(world.house), await recorded(world.house)
    assert len(people["children"]) == 2 + 1
    assert len(people["parents"]) == 1 + 2
    again = await send(world, "families", FAMILY, sibling, go=True)
    assert outcomes(again) == ["same", "same"]
    assert await stored(world.house) == people
    assert await recorded(world.house) == trail
    moved = await send(world, "families", FAMILY | {"adult1_phone": "07700 900556"}, go=True)
    assert outcomes(moved) == ["changed"]
    await check_everything(world.house)


@on_sqlite
async def test_one_bad_line_keeps_all_out_and_each_is_told_with_column_and_reason(
    world: World,
) -> None:
    before = await stored(world.house)
    bad = [
        FAMILY,
        a_family_line(2, born_on="31/12/2016"),
        a_family_line(3, adult1_email="ada at home"),
        a_family_line(4, adult1_authority="mum"),
        a_family_line(5, adult1_name=""),
        a_family_line(6, school="Hill Road"),
        a_family_line(7, born_on="1931-01-01"),
        a_family_line(8, adult1_authority="delegated"),
        a_family_line(9, adult2_id="P-9", adult2_name="A", adult2_relation="b"),
    ]
    reply = await send(world, "families", *bad, go=True)
    assert reply.body["kept"] is False
    assert problems(reply) == {
        3: {("born_on", "not_a_date")},
        4: {("adult1_email", "not_an_address")},
        5: {("adult1_authority", "not_a_choice")},
        6: {("adult1_name", "missing")},
        7: {("", "unknown_column")},
        8: {("born_on", "out_of_range")},
        9: {("document", "missing")},
        10: {("adult2_authority", "missing")},
    }
    assert "31/12/2016" not in reply.text
    assert await stored(world.house) == before


@pytest.mark.pitfall(3)
@on_sqlite
async def test_who_looks_like_somebody_on_record_is_told_and_never_merged(world: World) -> None:
    assert doubles.same_name(" Robin  MARSH") == "robinmarsh"
    await send(world, "families", FAMILY, go=True)
    await send(world, "staff", COLLEAGUE, go=True)
    alike = a_family_line(2, child_name="robin MARSH", adult1_email="ADA@marsh.example")
    staff_too = a_family_line(3, adult1_phone="+44 20 7946 0555")
    reply = await send(world, "families", alike, staff_too, go=True)
    assert reply.body["kept"] is False
    assert doubts(reply) == {2: {"looks_like_child", "looks_like_adult"}, 3: {"looks_like_staff"}}
    assert reply.body["lines"][0]["doubts"][0]["like"] == ["K-1"]
    accepted = await send(world, "families", alike, staff_too, go=True, accept_doubts=True)
    assert outcomes(accepted) == ["new", "new"]


@on_sqlite
async def test_a_personal_account_is_refused_and_evidence_is_brought_in_once(world: World) -> None:
    personal = COLLEAGUE | {"staff_id": "S-2", "account": "nell@mail.example", "phone": ""}
    nobody = COLLEAGUE | {"staff_id": "S-3", "policy_version": "v9", "account": "x@tuition.example"}
    half = COLLEAGUE | {"staff_id": "S-4", "policy_seen_on": "", "account": "y@tuition.example"}
    reply = await send(world, "staff", COLLEAGUE, personal, nobody, half, go=True)
    assert problems(reply) == {
        3: {("account", "personal_account")},
        4: {("policy_version", "unknown")},
        5: {("policy_version", "missing")},
    }
    for outcome in ("new", "same"):
        assert outcomes(await send(world, "staff", COLLEAGUE, go=True)) == [outcome]
    await check_everything(world.house)


@on_sqlite
async def test_an_adult_taken_off_a_record_does_not_come_back_from_a_list(world: World) -> None:
    await send(world, "families", FAMILY, go=True)
    ids = (await bringer(world).get("/v1/children?external_id=K-1")).body["items"]
    parents = (await bringer(world).get("/v1/parents?external_id=P-1")).body["items"]
    end = parting.EndTie(ids[0]["id"], parents[0]["id"], "moved away")
    await world.house.do(parting.end_tie, end, world.actor(world.lead, Role.DSL))
    assert problems(await send(world, "families", FAMILY, go=True)) == {2: {("", "tie_ended")}}


@on_sqlite
@pytest.mark.pitfall(22)
async def test_an_old_line_about_a_merged_record_never_overwrites_the_kept_one(
    world: World,
) -> None:
    double = FAMILY | {"child_id": "K-2", "child_name": "Robbie Marsh"}
    await send(world, "families", FAMILY, double, go=True)
    ids = {
        ref: (await bringer(world).get(f"/v1/children?external_id={ref}")).body["items"][0]["id"]
        for ref in ("K-1", "K-2")
    }
    merge = merging.MergeChild(ids["K-2"], ids["K-1"], "one child, written down twice")
    await world.house.do(merging.merge_child, merge, world.actor(world.lead, Role.DSL))
    reply = await send(world, "families", FAMILY, double, go=True)
    assert problems(reply) == {3: {("", "merged")}}
    lead = world.house.api(Role.DSL, subject=world.lead)
    lines_out = (await lead.get("/v1/exports/families")).body["items"]
    assert [one["cells"]["child_id"] for one in lines_out[1:]] == ["K-1"]


@on_sqlite
@pytest.mark.pitfall(3)
async def test_what_is_written_out_after_two_adults_were_merged_comes_in_again(
    world: World,
) -> None:
    double = FAMILY | {"adult1_id": "P-2", "adult1_email": "ada.marsh@work.example"}
    both = FAMILY | {
        name.replace("adult1", "adult2"): cell
        for name, cell in double.items()
        if name.startswith("adult1")
    }
    await send(world, "families", both, go=True)
    lead = world.house.api(Role.DSL, subject=world.lead)
    ada, again = [
        (await lead.get(f"/v1/parents?external_id={ref}")).body["items"][0]["id"]
        for ref in ("P-1", "P-2")
    ]
    merge = {"into": ada, "reason": "One mother, two addresses"}
    assert (await lead.post(f"/v1/parents/{again}/merge", merge)).status == 201
    written = (await lead.get("/v1/exports/families")).body["items"][-1]["cells"]
    told = {name: cell for name, cell in written.items() if cell}
    assert {cell for name, cell in told.items() if name.endswith("_id")} == {"K-1", "P-1"}
    assert outcomes(await send(world, "families", told)) == ["same"]


@on_sqlite
async def test_a_choice_that_is_none_is_told_in_the_words_of_the_list(world: World) -> None:
    reply = await send(world, "families", FAMILY | {"adult1_restriction": "merged"})
    (problem,) = reply.body["lines"][0]["problems"]
    assert problem["sentence"] == (
        "This must be one of: 'no_contact', 'do_not_contact' or 'deceased'."
    )


# --- consents on paper --------------------------------------------------------------------------------


async def test_a_paper_counts_like_one_consent_and_is_told_to_the_parent_once(
    world: World,
) -> None:
    for outcome in ("new", "same"):
        assert outcomes(await send(world, "consents", a_paper(world), go=True)) == [outcome]
    lead = world.house.api(Role.DSL, subject=world.lead)
    shown = (await lead.get(f"/v1/children/{world.family.child}/consent")).body
    assert (shown["take_part"], len(shown["words"])) == (True, 1)
    await world.house.settle()
    assert len(world.house.letters(world.family.mother_mail, "What we noted from your form")) == 1
    await check_everything(world.house)


@on_sqlite
async def test_a_paper_that_proves_nothing_is_refused(world: World) -> None:
    await book(world)  # so that the tutor is the child's tutor
    bad = [
        ({"checked_by": world.lead}, "checked_by", "same_person"),
        ({"taken_by": world.tutor}, "taken_by", "is_the_tutor"),
        ({"checked_by": world.tutor}, "checked_by", "is_the_tutor"),
        ({"taken_by": "S-nobody"}, "taken_by", "not_on_record"),
        ({"child_id": "K-nobody"}, "child_id", "not_on_record"),
        ({"signed_on": "2026-12-24"}, "signed_on", "in_the_future"),
        ({"policy_version": "v2"}, "policy_version", "not_in_force"),
        ({"document": ""}, "document", "missing"),
        ({"present_adults": "P-nobody"}, "present_adults", "not_on_record"),
    ]
    papers = [a_paper(world, **changes) for changes, _, _ in bad]
    reply = await send(world, "consents", *papers, go=True)
    assert problems(reply) == {
        line: {(column, code)} for line, (_, column, code) in enumerate(bad, 2)
    }


@on_sqlite
async def test_a_no_on_paper_is_heard_whoever_took_it(world: World) -> None:
    await say(world)
    session_id = await book(world)  # so that the tutor is the child's tutor
    no = {"present_adults": "", "policy_version": "", "child_agrees": ""}
    by_the_tutor = no | {"answer": "withdrawn", "taken_by": world.tutor}
    by_one = no | {"answer": "refused", "giver_id": world.family.father, "checked_by": world.lead}
    papers = [a_paper(world, **changes) for changes in (by_the_tutor, by_one)]
    for outcome in ("new", "same"):
        assert outcomes(await send(world, "consents", *papers, go=True)) == [outcome, outcome]
    path = f"/v1/sessions/{session_id}/clearance"
    told = {one["code"] for one in (await bringer(world).get(path)).body["blockers"]}
    assert "consent_refused" in told
    lead = world.house.api(Role.DSL, subject=world.lead)
    words = (await lead.get(f"/v1/children/{world.family.child}/consent")).body["words"]
    assert {"withdrawn", "refused"} <= {word["kind"] for word in words}
    await check_everything(world.house)


@on_sqlite
async def test_a_paper_never_outvotes_what_was_said_since_it_was_signed(world: World) -> None:
    await say(world)
    await world.house.advance(days=1)
    await say(world, ConsentKind.WITHDRAWN)
    await world.house.advance(days=1)
    reply = await send(world, "consents", a_paper(world), go=True)
    assert problems(reply) == {2: {("", "said_since")}}
    no = a_paper(world, answer="refused", present_adults="")
    assert outcomes(await send(world, "consents", no, go=True)) == ["new"]


@on_sqlite
async def test_only_those_who_may_take_a_parents_word_bring_papers_in(world: World) -> None:
    body = {"people": "consents", "lines": lines(a_paper(world)), "go": True}
    admin = world.house.api(Role.ADMIN, subject="staff_admin")
    reply = await admin.post("/v1/imports", body)
    assert problems(reply) == {2: {("", "not_allowed")}}
    for role in (Role.MACHINE, Role.TUTOR, Role.INSPECTOR):
        assert (await world.house.api(role).post("/v1/imports", body)).status == 403


@on_sqlite
async def test_a_change_that_fells_a_session_takes_effect_from_a_list_too(world: World) -> None:
    await say(world)
    session_id = await book(world)
    no = a_paper(world, answer="refused", giver_id=world.family.father, present_adults="")
    assert outcomes(await send(world, "consents", no, go=True)) == ["new"]
    path = f"/v1/sessions/{session_id}/clearance"
    told = (await bringer(world).get(path)).body["blockers"]
    assert "consent_refused" in {blocker["code"] for blocker in told}
