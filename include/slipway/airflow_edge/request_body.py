"""Reads a request's body before something is made of it, for an application that then reads it again."""

from slipway.airflow_edge.asgi import Message, Receive

MOST_BYTES = 1_000_000
"""Longer ones are not looked at."""


async def read_body(receive: Receive) -> tuple[bytes | None, Receive]:
    """The body, None if it is too long to look at; and a `receive` that tells all of it again."""
    messages: list[Message] = []
    body, more = b"", True
    while more and len(body) <= MOST_BYTES:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)

    async def replay() -> Message:
        return messages.pop(0) if messages else await receive()

    return (body if len(body) <= MOST_BYTES else None), replay
