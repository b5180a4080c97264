"""What the organisation sets for itself: each change is an entry (POL-34).

`organisation.toml` is read at start. What it says is compared with what was last recorded, so that a
change shows in the audit log however the file came to be changed.
"""

from collections.abc import Iterator
from dataclasses import fields

from service.audit.events import Entry, Event
from service.policy.consent_wording import asks_about_visits
from service.policy.organisation import Contacts, Hours, Organisation, Windows
from service.store.inspection.audit_log import SERVICE
from service.store.staff import organisation as recorded
from service.store.transactions import Tx
from service.workflows.consents import agreeing

COMPUTED = frozenset({"policy_versions_in_force"})
"""Not a setting: worked out from the published versions, each of which is an entry of its own."""


def settings_of(organisation: Organisation) -> dict[str, object]:
    """Every setting by its name in the file, as something that JSON can hold."""
    return dict(_named(organisation, ""))


def _named(group: object, prefix: str) -> Iterator[tuple[str, object]]:
    for field in fields(group):  # type: ignore[arg-type]
        value = getattr(group, field.name)
        if field.name in COMPUTED:
            continue
        if isinstance(value, Contacts | Windows):
            yield from _named(value, f"{field.name}.")
        else:
            yield f"{prefix}{field.name}", _told(value)


def _told(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple):
        return [_told(one) for one in value]
    if isinstance(value, Hours):
        return f"{value.opens} to {value.closes}"
    return value if value is None or isinstance(value, str | bool | int) else str(value)


def note_settings(tx: Tx, _command: None) -> tuple[str, ...]:
    """Record the settings we were started with, if they are not those last recorded; answers which
    changed. The first time every one is recorded."""
    now = settings_of(tx.house.organisation)
    before = recorded.newest(tx)
    position, old = before or (0, {})
    changed = tuple(sorted(name for name in {*now, *old} if now.get(name) != old.get(name)))
    if not changed or not recorded.append(tx, position + 1, now):
        return ()
    if "cover_modes" in changed and asks_about_visits(tx.house.organisation):
        agreeing.ask_about_visits(tx)
    tx.record(
        Entry(
            Event.ORGANISATION_CHANGED if before else Event.ORGANISATION_SET,
            SERVICE,
            facts={"changed": changed, **_plain(now, changed)},
            payload={name: {"before": old.get(name), "now": now.get(name)} for name in changed},
        )
    )
    return changed


def _plain(now: dict[str, object], changed: tuple[str, ...]) -> dict[str, bool | int]:
    """The new numbers and switches, which tell nothing of anybody, readable in the log itself."""
    found = ((name.replace(".", "_"), now.get(name)) for name in changed)
    return {name: value for name, value in found if isinstance(value, bool | int)}
