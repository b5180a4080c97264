"""Looks into the rooms of open meetings, seldom while all is well and soon again while there is a doubt."""

from service.reconcilers.rounds import over_work
from service.workflows.watch.looking import LOOKING, look_inside

RECONCILER = over_work(LOOKING, look_inside)
