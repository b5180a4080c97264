"""The adult beside the child, and the door through which everybody goes."""
