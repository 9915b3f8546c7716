"""Fakes named like the port they stand for."""
