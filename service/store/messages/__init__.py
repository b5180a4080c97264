"""Letters and texts."""
