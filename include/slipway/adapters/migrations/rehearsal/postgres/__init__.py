"""Rehearsals on PostgreSQL."""
