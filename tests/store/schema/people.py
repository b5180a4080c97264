"""Rows about people: staff, families, and what is agreed about a child."""

from typing import Any

from tests.store.schema.rows import AT, DAY, SEALED, Row


def staff(staff_id: str) -> Row:
    """A member of staff."""
    return {
        "id": staff_id,
        "name_sealed": SEALED,
        "account_sealed": SEALED,
        "account_domain": "tuition.example",
        "mail_key": "digest_1",
        "phone_key": None,
        "created_at": AT,
        "version": 1,
    }


def parent(parent_id: str) -> Row:
    """A parent."""
    return {
        "id": parent_id,
        "name_sealed": SEALED,
        "mail_key": "digest_1",
        "phone_key": None,
        "language": "en",
        "details_hidden": False,
        "created_at": AT,
        "version": 1,
    }


def child(child_id: str, **changes: Any) -> Row:
    """A child."""
    return {
        "id": child_id,
        "name_sealed": SEALED,
        "born_on": DAY,
        "ledger_position": 1,
        "looked_after": False,
        "visiting_never": False,
        "has_merged": False,
        "created_at": AT,
        "version": 1,
    } | changes


POLICY: Row = {
    "version": "v1",
    "position": 1,
    "owner": "The board",
    "text": "Be kind.",
    "review_on": DAY,
    "asks_fresh_agreement": False,
    "published_at": AT,
}
ORGANISATION_SETTINGS: Row = {
    "position": 1,
    "digest": "d",
    "settings_sealed": SEALED,
    "at": AT,
}
SWITCH_OVER: Row = {
    "id": "switchover_1",
    "child_id": "child_1",
    "position": 1,
    "switched_over": True,
    "by": "staff_9",
    "at": AT,
}
INVALIDATION: Row = {"evidence_id": "evidence_1", "by": "staff_2", "at": AT}
NOMINATION: Row = {
    "id": "nomination_1",
    "child_id": "child_1",
    "position": 1,
    "giver_id": "parent_1",
    "adult_id": "parent_1",
    "named": True,
    "route": "link",
    "at": AT,
}
DEPUTY: Row = {
    "id": "deputy_1",
    "team_id": "parent_1",
    "parent_id": "parent_2",
    "named_by": "staff_1",
    "named_at": AT,
}
WISH: Row = {
    "id": "wish_1",
    "child_id": "child_1",
    "position": 3,
    "wish": "camera_off",
    "recorded_by": "staff_2",
    "at": AT,
}
RESOLUTION: Row = {
    "id": "resolution_1",
    "child_id": "child_1",
    "position": 2,
    "purpose": "take_part",
    "basis": "agreement",
    "stands": True,
    "settles": "[1]",
    "reason": "Both agree now",
    "recorded_by": "staff_3",
    "at": AT,
}
