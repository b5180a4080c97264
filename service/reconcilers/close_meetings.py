"""Removes meetings at the provider until it confirms that they are gone, and sweeps for lost ones."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.closing import close_meeting

RECONCILER = over_work("close_meetings", close_meeting)
