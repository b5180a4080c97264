"""Closes ended sessions once their statements are in or the time for them has passed."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.tending import close_session

RECONCILER = over_work("close_sessions", close_session)
