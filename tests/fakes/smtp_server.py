"""A mail server over a real socket, as far as one e-mail at a time goes; and what it is like when it is not well."""

import contextlib
import email
import email.policy
import json
import socketserver
import threading
import time
from email.message import EmailMessage


class SmtpServer:
    """Keeps what it takes. `refuses` answers a command, by its first word; `hangs_up_after` ends it there; after
    `drips_after` (`connect`, a command, or the `.` that ends a message) a reply of many lines never ends."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.asked: list[str] = []
        """The first word of each command."""
        self.refuses: dict[str, str] = {}
        self.hangs_up_after: str | None = None
        self.drips_after: str | None = None
        self.over = threading.Event()
        self.hung_up_on = threading.Event()
        outside = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outside.converse(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.port = int(self._server.server_address[1])

    @property
    def connection(self) -> str:
        """Airflow's connection to it."""
        extra = {"from_email": "slipway@example.gov.uk", "disable_tls": True, "disable_ssl": True}
        return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": extra})

    def __enter__(self) -> "SmtpServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def shut(self) -> None:
        """From now on connections are refused."""
        self.over.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def converse(self, client: socketserver.StreamRequestHandler) -> None:
        """One connection (RFC 5321)."""

        def say(line: str) -> None:
            client.wfile.write(f"{line}\r\n".encode())

        self._drip(client, "connect", 220)
        say("220 mail.example")
        while line := client.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.asked.append(word)
            self._drip(client, word)
            if word in self.refuses:
                say(self.refuses[word])
            elif word == "DATA":
                say("354 go on")
                self._take(client)
                if self.hangs_up_after == "DATA":
                    return
                self._drip(client, ".")
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")

    def _drip(self, client: socketserver.StreamRequestHandler, after: str, code: int = 250) -> None:
        until = time.monotonic() + 30
        try:
            while after == self.drips_after and time.monotonic() < until and not self.over.wait(0.02):
                client.wfile.write(f"{code}-and\r\n".encode())
        except OSError:
            self.hung_up_on.set()

    def _take(self, client: socketserver.StreamRequestHandler) -> None:
        lines: list[bytes] = []
        while (line := client.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
