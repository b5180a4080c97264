"""What is signed, shown and reported afterwards."""
