"""The tables of the release database, as the use cases see them."""
