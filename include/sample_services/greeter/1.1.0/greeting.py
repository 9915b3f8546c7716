"""How we greet: without stray blanks around the name."""


def greeting_for(name: str) -> str:
    """The words for one person."""
    return f"Hello, {name.strip()}"
