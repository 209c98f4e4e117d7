"""Agents: the directory that gives seats their names and teams."""
