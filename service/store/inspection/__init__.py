"""The log, statements, and what is read in lists."""
