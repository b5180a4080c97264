"""A meeting comes into being, and goes."""
