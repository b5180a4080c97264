"""The staff register, the organisation's accounts, and what it sets for itself."""
