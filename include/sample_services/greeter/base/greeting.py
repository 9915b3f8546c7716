"""How we greet."""


def greeting_for(name: str) -> str:
    """The words for one person."""
    return f"Hello, {name}"
