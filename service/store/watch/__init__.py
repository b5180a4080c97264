"""What was told of running rooms, and what was noted of them."""
