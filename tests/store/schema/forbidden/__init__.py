"""Writes that must not be possible, each with the name under which the database refuses it."""

from tests.store.schema.forbidden.concerns import CONCERNS
from tests.store.schema.forbidden.families import FAMILIES
from tests.store.schema.forbidden.meetings import MEETINGS
from tests.store.schema.forbidden.oversight import OVERSIGHT

FORBIDDEN = MEETINGS | FAMILIES | OVERSIGHT | CONCERNS
