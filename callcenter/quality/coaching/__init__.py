"""Coaching (辅导): what an agent works on after a review, and the next review that shows whether it helped."""
