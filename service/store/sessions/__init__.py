"""Lessons, and everything that a decision about one looks at."""
