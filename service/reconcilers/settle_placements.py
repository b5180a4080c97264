"""Tells somebody when a child's slots were held two weeks for a new home that promised nothing."""

from datetime import timedelta

from service.reconcilers.rounds import over_work
from service.workflows.families.placement import SETTLING, settle_placement

RECONCILER = over_work(SETTLING, settle_placement, timedelta(minutes=5))
