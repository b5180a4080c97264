"""Finishes or undoes openings whose worker is gone or whose answer was lost."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.finishing import finish_opening

RECONCILER = over_work("finish_openings", finish_opening)
