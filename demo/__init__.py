"""One session from booking to inspection, played against the running service from outside."""
