"""Opens the meetings of clear sessions inside the opening window, and lapses what was never clear."""

from service.reconcilers.rounds import over_work
from service.workflows.meetings.opening import open_session

AT_ONCE = 48
"""An opening waits for most of its time, for answers and for its turn at the provider: fewer side by
side would leave calls unused that the provider allows."""

RECONCILER = over_work("open_meetings", open_session, at_once=AT_ONCE)
