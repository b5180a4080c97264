"""Fetches providers' attendance reports after a call, until they are there."""

from service.reconcilers.rounds import over_work
from service.workflows.watch.attendance import COLLECTING, collect

RECONCILER = over_work(COLLECTING, collect)
