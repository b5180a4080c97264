"""Lessons are booked, changed, held and called off."""
