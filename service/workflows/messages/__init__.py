"""What is written to people, and handed to a carrier."""
