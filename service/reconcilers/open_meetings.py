"""Opens the meetings of clear sessions inside the opening window, and lapses what was never clear."""

from service.reconcilers.rounds import over_work
from service.workflows.opening import open_session

RECONCILER = over_work("open_meetings", open_session)
