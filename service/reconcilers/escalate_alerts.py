"""Brings open alerts to whoever is on duty, step by step, until somebody is on them (POL-11)."""

from service.reconcilers.rounds import over_work
from service.workflows.alerts.ringing import escalate

RECONCILER = over_work("escalate_alerts", escalate)
