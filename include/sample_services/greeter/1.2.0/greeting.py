"""How we greet: nobody without a name."""


def greeting_for(name: str) -> str:
    """The words for one person."""
    return f"Hello, {name.strip() or 'stranger'}"
