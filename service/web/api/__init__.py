"""The JSON interface under `/v1`: every route in one table, one file per subject."""

from service.web.api import (
    accounts,
    alerts,
    attendance,
    audit,
    children,
    consents,
    doors,
    parents,
    presence,
    second_staff,
    sessions,
    staff,
    statements,
)
from service.web.routes import Route, table

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = table(
    children.ROUTES,
    parents.ROUTES,
    consents.ROUTES,
    staff.ROUTES,
    accounts.ROUTES,
    sessions.ROUTES,
    second_staff.ROUTES,
    presence.ROUTES,
    doors.ROUTES,
    statements.ROUTES,
    attendance.ROUTES,
    alerts.ROUTES,
    audit.ROUTES,
)
