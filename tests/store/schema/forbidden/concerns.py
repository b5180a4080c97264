"""Forbidden writes about concerns and the steps on them."""

from tests.store.schema.forbidden.write import Forbidden
from tests.store.schema.oversight import CONCERN, CONCERN_STEP
from tests.store.schema.rows import SEALED

CONCERNS = {
    "a concern that leaves a number out": Forbidden(
        "concerns_leave_no_number_out", "concerns", CONCERN | {"id": "c", "number": 3}
    ),
    "a concern with a number that was given": Forbidden(
        "concerns_leave_no_number_out", "concerns", CONCERN | {"id": "c"}
    ),
    "a concern of nobody": Forbidden(
        "ck_concerns_reporter_known",
        "concerns",
        CONCERN | {"id": "c", "number": 2, "reporter_id": None},
    ),
    "a concern without words": Forbidden(
        "nn_concerns_words_sealed",
        "concerns",
        CONCERN | {"id": "c", "number": 2, "words_sealed": None},
    ),
    "a concern of an unknown kind": Forbidden(
        "ck_concerns_kind_known", "concerns", CONCERN | {"id": "c", "number": 2, "kind": "gossip"}
    ),
    "a step in the place of another": Forbidden(
        "uq_concern_steps_concern_id_position", "concern_steps", CONCERN_STEP | {"id": "s"}
    ),
    "a closing without an outcome": Forbidden(
        "ck_concern_steps_closed_with_outcome",
        "concern_steps",
        CONCERN_STEP | {"id": "s", "position": 2, "kind": "closed", "words_sealed": SEALED},
    ),
    "a decision without words": Forbidden(
        "ck_concern_steps_said_in_words",
        "concern_steps",
        CONCERN_STEP | {"id": "s", "position": 2, "kind": "decided"},
    ),
}
