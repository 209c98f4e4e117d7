"""Calibration (校准): several reviewers score one call blind, so that it is seen how far apart they judge."""
