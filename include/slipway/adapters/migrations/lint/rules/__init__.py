"""One rule a file. Each has a `RULE`."""
