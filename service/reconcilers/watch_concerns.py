"""Raises the alarm about concerns that nobody took up, or decided, in time: day and night (POL-40)."""

from service.reconcilers.rounds import over_work
from service.workflows.concerns.concerns import WATCH, watch

RECONCILER = over_work(WATCH, watch)
