"""Smoke requests over TLS, by both ways that they go: an address is asked, and the name's certificate is expected."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from slipway.adapters.addresses import Resolve
from slipway.adapters.probes import httpx_send
from slipway.adapters.probes.http_probe import NoAnswerError, Request, Send

NAME = "orders.example.org"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of `NAME`, by itself; its key is in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    made = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def _by_airflow(resolve: Resolve) -> Send:
    from slipway.airflow_edge.http_send import make_hook_send  # noqa: PLC0415 - imports Airflow

    return make_hook_send(resolve)


@pytest.fixture(params=[httpx_send.HttpxSend, pytest.param(_by_airflow, marks=pytest.mark.airflow)])
def send(request: pytest.FixtureRequest, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Trusts the certificate; every name leads to this machine."""
    monkeypatch.setattr(httpx_send, "trusted", lambda: ssl.create_default_context(cafile=str(certificate)))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    make: Callable[[Resolve], Send] = request.param
    return make(lambda *_: ["127.0.0.1"])


def test_who_has_the_names_certificate_is_asked_by_its_name(send: Send, port: int) -> None:
    answer = send(Request(method="GET", url=f"https://{NAME}:{port}/", seconds=10))
    assert (answer.status, answer.text) == (200, f"{NAME}:{port}")


def test_who_has_the_certificate_of_another_name_is_no_answer(send: Send, port: int) -> None:
    with pytest.raises(NoAnswerError, match=r"not valid for 'other\.example\.org'"):
        send(Request(method="GET", url=f"https://other.example.org:{port}/", seconds=10))
