"""Smoke suites against running services."""
