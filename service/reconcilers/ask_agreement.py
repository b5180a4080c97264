"""Asks parents to agree to a new version of the policy, a few at a time."""

from service.reconcilers.rounds import over_work
from service.workflows.consents.agreeing import ASKING, ask

RECONCILER = over_work(ASKING, ask)
