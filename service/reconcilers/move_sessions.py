"""Moves the sessions of a provider that is out of order to the other one, each by itself."""

from service.reconcilers.rounds import over_work
from service.workflows.sessions.moving import MOVING, move_one

RECONCILER = over_work(MOVING, move_one)
