"""What providers can and cannot do for the watch over a running call."""

ENDED_BY_PEOPLE_ALONE = frozenset({"teams"})
"""Providers whose running calls nobody outside can end: people inside must be asked to (pitfall 54)."""

SILENT_ON_CHANGES = frozenset({"teams"})
"""Providers that do not tell us when somebody changes a meeting's settings: we look ourselves."""
