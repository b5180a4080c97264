"""Every setting of an organisation is among those whose change is recorded."""

from dataclasses import fields, replace

from service.policy.organisation import Organisation, Windows
from service.workflows.staff.organising import settings_of
from tests.builders import ORGANISATION

COMPUTED = {"policy_versions_in_force"}
"""Worked out from the published versions; each of those is an entry of its own."""


def test_no_setting_can_change_without_being_noticed() -> None:
    names = {name.partition(".")[0] for name in settings_of(ORGANISATION)}
    assert names == {field.name for field in fields(Organisation)} - COMPUTED


def test_every_window_is_told_by_its_name() -> None:
    told = settings_of(replace(ORGANISATION, windows=Windows(opening_window=45)))
    assert told["windows.opening_window"] == 45
    windows = {field.name for field in fields(Windows)}
    assert windows == {name.partition(".")[2] for name in told if name.startswith("windows.")}
