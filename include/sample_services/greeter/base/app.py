"""Greets whoever asks. No database."""

from greeting import greeting_for
from http_app import Answer, serve


def greet(query: dict[str, str], body: object) -> Answer:
    """One greeting."""
    return 200, {"greeting": greeting_for(query.get("name", "stranger"))}


if __name__ == "__main__":
    serve({("GET", "/greet"): greet})
