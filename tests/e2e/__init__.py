"""Releases on a whole running platform, which stops with the last of these tests."""
