"""Who somebody in a call is, said by ids alone. Names and addresses are left behind here (POL-07).

https://learn.microsoft.com/graph/api/resources/communicationsidentityset
A name is typed in by the person, so it identifies nobody: only one that has the form of a door code
is kept, and it is worth no more than second staff's word when they admit it (pitfall 48).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.teams.reading import in_small_letters, part, text

# Every code of ours holds a digit, so that no name has the form of one.
_DOOR_CODE = re.compile(r"(?=.*[2-9])[ABCDEFGHJKMNPQRSTUVWXYZ23456789]{6}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Who:
    """The ids of a person; both empty: unknown."""

    registrant_id: str = ""
    account_id: str = ""


NOBODY_KNOWN = Who()


def door_code(name: str) -> str:
    """The door code in a display name, if that is all it is; else empty. People type in any case."""
    code = name.strip().upper()
    # Beyond ASCII one letter may become two in capitals.
    return code if name.isascii() and _DOOR_CODE.fullmatch(code) else ""


def is_object_id(value: str) -> bool:
    """Whether this is an object id of Microsoft Entra, as opposed to an address or a visitor's id."""
    return _GUID.fullmatch(value.lower()) is not None


def member(account_id: str) -> Who:
    """Somebody signed in with an account of the organisation."""
    return Who(account_id.lower(), account_id.lower())


def who_is(identity_set: Mapping[str, object], tenant_id: str) -> Who:
    """Who joined, by the identity set of a call event.

    An account counts only where Microsoft says that it is of our tenant. Anonymous people come as
    `guest`, or as a `user` without a tenant; which, no page of Microsoft's says. Telephones and
    programs are nobody we know.
    """
    found = in_small_letters(identity_set)
    user = in_small_letters(part(found, "user"))
    account_id = text(user, "id")
    if _is_ours(user, tenant_id) and is_object_id(account_id):
        return member(account_id)
    for kind in ("user", "guest", "azurecommunicationservicesuser"):
        code = door_code(text(in_small_letters(part(found, kind)), "displayname"))
        if code:
            return Who(registrant_id=code)
    return NOBODY_KNOWN


def who_attended(identity: Mapping[str, object], role: str, tenant_id: str) -> Who:
    """Who an attendance record is about.

    https://learn.microsoft.com/graph/api/resources/attendancerecord
    Here Microsoft leaves the tenant out even for members (its own samples do); then the id counts,
    unless an ordinary attendee goes by a door code: anonymous people are never presenters.
    """
    account_id, tenant = text(identity, "id"), text(identity, "tenantId")
    code = door_code(text(identity, "displayName"))
    if is_object_id(account_id):
        is_staff = role.lower() not in ("attendee", "none", "")
        if tenant.lower() == tenant_id.lower() or (not tenant and (is_staff or not code)):
            return member(account_id)
    return Who(registrant_id=code)


def _is_ours(user: Mapping[str, object], tenant_id: str) -> bool:
    return text(user, "tenantid").lower() == tenant_id.lower()
