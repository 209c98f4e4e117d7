"""Tickets and complaints: what a customer asked for, who sees to it until when, and what came of it."""
