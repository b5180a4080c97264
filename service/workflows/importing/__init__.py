"""Whole lists of people, and of consents on paper."""
