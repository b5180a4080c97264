"""What givers say, what it amounts to, and who is asked."""
