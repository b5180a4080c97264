"""How a transaction runs on each of the two databases."""
