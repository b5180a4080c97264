"""An emulated Microsoft 365 tenant, for demonstrations and tests. Production refuses it."""
