"""Safeguarding concerns, and the records that they keep."""
