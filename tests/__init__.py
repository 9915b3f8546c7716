"""Tests: a folder for each kind, and what they share."""
