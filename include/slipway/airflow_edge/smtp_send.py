"""Sends e-mail through Airflow's SMTP provider: its connection, one try."""

import contextlib
import html
import socket
import time
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from airflow.exceptions import AirflowException
from airflow.providers.smtp.hooks.smtp import SmtpHook

from slipway.adapters.notifiers.mail import Mail
from slipway.adapters.within import within
from slipway.ports.messages import NotSentError

CONNECTION = "smtp_default"
DEADLINE_SECONDS = 60.0
"""For one e-mail, from the greeting to the end; Airflow's connection says how long the server may be silent."""
_PERMANENT = 500


class _OneTryHook(SmtpHook):
    """The provider's hook tries five times at once, even what may have arrived: when to try again is ours to say."""

    smtp_retry_limit = 0

    def hang_up(self) -> None:
        """Ends whatever is still read or written, and so the conversation: nothing is handed over after that."""
        line = getattr(self._smtp_client, "sock", None)
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class HookMailSend:
    """A `MailSend`. The connection is read for each e-mail: what is mended counts at once."""

    def __init__(self, connection_id: str = CONNECTION, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._connection_id = connection_id
        self._deadline = deadline_seconds

    def __call__(self, mail: Mail) -> None:
        """Hands it over."""
        hook = _OneTryHook(smtp_conn_id=self._connection_id)
        until = time.monotonic() + self._deadline
        try:
            within(self._deadline, lambda: _greet(hook, until))
        except (AirflowException, SMTPException, OSError) as error:
            hook.hang_up()
            raise NotSentError(f"the mail server of {self._connection_id!r} cannot be used: {_why(error)}") from error
        with hook:
            try:
                within(until - time.monotonic(), lambda: _handed_over(hook, mail))
            except (AirflowException, SMTPException, OSError) as error:
                hook.hang_up()
                raise _not_sent(error) from error


def _greet(hook: _OneTryHook, until: float) -> None:
    hook.get_conn()
    if time.monotonic() >= until:
        hook.__exit__(None, None, None)  # nobody waits for it any more


def _handed_over(hook: _OneTryHook, mail: Mail) -> None:
    hook.send_email_smtp(
        to=mail.to, subject=mail.subject, html_content=_content(mail), custom_headers=dict(mail.headers)
    )


def _not_sent(error: Exception) -> NotSentError:
    why = f"the mail server does not take the message: {_why(error)}"
    if isinstance(error, SMTPRecipientsRefused | AirflowException):
        return NotSentError(why)
    if isinstance(error, SMTPResponseException) and not isinstance(error, SMTPServerDisconnected):
        return NotSentError(why, way_is_down=error.smtp_code < _PERMANENT)
    return NotSentError(why, may_have_arrived=True)


def _why(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return f"{error} ({type(error).__name__})"


def _content(mail: Mail) -> str:
    """HTML in which everything that people wrote is text."""
    lines = [f"<p>{'<br>'.join(html.escape(part).splitlines())}</p>" for part in mail.paragraphs]
    if mail.link is not None:
        label, url = map(html.escape, mail.link)
        lines.append(f'<p><a href="{url}">{label}</a><br>{url}</p>')
    return "\n".join(lines)
