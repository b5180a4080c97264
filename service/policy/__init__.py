"""The rules of supervised sessions, in plain values and plain functions.

Standard library only: no database, no network, no clock. A safeguarding lead can read this folder
from top to bottom and find each clause of the policy (POL-nn) beside the lines that carry it out.
"""
