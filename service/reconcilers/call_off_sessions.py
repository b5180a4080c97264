"""Calls off the sessions of a provider that is out of order, one by one, and tells their families."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.outage import CALLING_OFF, call_off_one

RECONCILER = over_work(CALLING_OFF, call_off_one)
"""Each is a transaction of its own: a crash in the middle loses nothing and tells nobody twice."""
