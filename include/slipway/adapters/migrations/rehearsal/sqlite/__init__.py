"""Rehearsals on SQLite."""
