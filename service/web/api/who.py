"""Groups of roles that routes are for: no other role gets in.

Many workflows ask no more than that. Those where it also matters who it is, or whom it is about, ask again
and decide for themselves.
"""

from service.policy.people import Role

LEADS = frozenset({Role.COORDINATOR, Role.DSL})
"""Named people who may take down what a parent said (POL-04)."""

SAFEGUARDERS = frozenset({Role.DSL})
"""Who decides what no rule can."""

OFFICE = LEADS | {Role.ADMIN}
FEEDERS = OFFICE | {Role.MACHINE}
"""Who puts children and parents on record; a booking platform is one of them."""

BOOKERS = LEADS | {Role.TUTOR, Role.MACHINE}
STAFF = LEADS | {Role.TUTOR, Role.SECOND_STAFF}
READERS = STAFF | {Role.INSPECTOR, Role.MACHINE}
RECORD_READERS = LEADS | {Role.INSPECTOR}
INSPECTORS = frozenset({Role.INSPECTOR, Role.DSL})
LOG_KEEPERS = INSPECTORS | {Role.ADMIN}
"""Who may have the log's signed heads and proofs, which tell nothing about anybody."""

CONCERN_RAISERS = STAFF | {Role.ADMIN, Role.INDEPENDENT, Role.MACHINE}
"""Whoever works here or has something to pass on may raise a concern; parents do on their pages."""

CONCERN_HANDLERS = frozenset({Role.DSL, Role.INDEPENDENT})
"""Who may knock; `policy.concerns.may_handle` decides on each concern (pitfall 65)."""

ONLY_INSPECTORS = frozenset({Role.INSPECTOR})
