"""The JSON interface under `/v1`: every route in one table, one file per subject."""

from service.web.api import (
    accounts,
    alerts,
    attendance,
    audit,
    authority,
    children,
    concerns,
    consents,
    doors,
    duties,
    exports,
    imports,
    merging,
    parents,
    presence,
    rehearsal,
    reports,
    second_staff,
    series,
    sessions,
    staff,
    statements,
)
from service.web.routes import Route, table

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = table(
    children.ROUTES,
    parents.ROUTES,
    imports.ROUTES,
    exports.ROUTES,
    consents.ROUTES,
    authority.ROUTES,
    merging.ROUTES,
    staff.ROUTES,
    duties.ROUTES,
    accounts.ROUTES,
    sessions.ROUTES,
    series.ROUTES,
    second_staff.ROUTES,
    reports.ROUTES,
    presence.ROUTES,
    rehearsal.ROUTES,
    doors.ROUTES,
    statements.ROUTES,
    attendance.ROUTES,
    alerts.ROUTES,
    concerns.ROUTES,
    audit.ROUTES,
)
