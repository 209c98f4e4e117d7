"""Alerts: rules of the floor as data, raised and cleared from what changes, kept, acknowledged and sent on."""
