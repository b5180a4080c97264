"""Hands written notices of alerts to their carriers."""

from service.reconcilers.rounds import over_work
from service.workflows.alerts.ringing import deliver

RECONCILER = over_work("deliver_notices", deliver)
