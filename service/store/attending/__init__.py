"""The adult beside the child, and what happens at the door."""
