"""Shifts: who is planned when, whether it was kept to, what was noted of the day, and where seats are missing."""
