"""An emulated Zoom account, for demonstrations and tests. Production refuses it."""
