"""Keeps watching old addresses that still open rooms; apart, so that live calls never queue behind."""

from datetime import timedelta

from service.reconcilers.rounds import over_work
from service.workflows.watch.listening import KEEPING_BURNED, keep_watch

RECONCILER = over_work(KEEPING_BURNED, keep_watch, timedelta(minutes=1))
