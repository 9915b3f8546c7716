"""Rehearses a service's migrations on a scratch copy of its database (R19)."""
