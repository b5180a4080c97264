"""What is looked at while a room runs, and what follows."""
