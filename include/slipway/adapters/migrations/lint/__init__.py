"""Reads migrations before anybody runs them, and says what will hurt. To add a rule: a file in `rules/`, a line in
`registry.py`, a test, and `make docs`."""
