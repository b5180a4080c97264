"""Measures the service against hand-written baselines, both in one run on one machine."""
