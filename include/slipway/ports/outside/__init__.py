"""Ports to everything outside Slipway but the release database."""
