"""The console and REST interface, mounted in the API server at /slipway."""
