"""The staff register, and the organisation's accounts."""
