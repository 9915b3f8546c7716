"""Runs the migrations of released services."""
