"""Watches running rooms: who must be there and is not, who is there and must not be."""

from service.reconcilers.rounds import over_work
from service.store.watch.breaches import WATCHING
from service.workflows.watch.supervising import watch_room

RECONCILER = over_work(WATCHING, watch_room)
