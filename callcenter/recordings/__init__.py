"""Finds the audio of conversations and plays it to those who may hear it."""
