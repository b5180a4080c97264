"""Hands written messages to the carrier."""

from service.reconcilers.rounds import over_work
from service.workflows.messages.delivering import deliver

RECONCILER = over_work("deliver_messages", deliver)
