"""Airflow's pages are shown in frames of its own pages only: an approval's buttons under another page are a trap."""

from slipway.airflow_edge.asgi import App, Message, Receive, Scope, Send

_RULES = {b"x-frame-options": b"SAMEORIGIN", b"content-security-policy": b"frame-ancestors 'self'"}
"""Airflow shows the pages of users and roles in frames itself."""


class Frames:
    """A middleware that adds the rules to each answer that has none of its own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_rules(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                known = {name.lower() for name, _ in headers}
                message = {**message, "headers": [*headers, *((k, v) for k, v in _RULES.items() if k not in known)]}
            await send(message)

        await self._app(scope, receive, with_rules)
