"""A leash: a small process that makes sure what it started dies with whoever asked for it."""
