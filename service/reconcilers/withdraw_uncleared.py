"""Withdraws the meetings of sessions that are no longer clear, and ends what time has ended."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.tending import tend_session

RECONCILER = over_work("withdraw_uncleared", tend_session)
