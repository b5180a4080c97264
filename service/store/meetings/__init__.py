"""Meetings, the ways into them, and providers out of order."""
