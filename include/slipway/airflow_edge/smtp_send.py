"""Sends e-mail through Airflow's SMTP provider: its connection, one try."""

import html
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

from airflow.exceptions import AirflowException
from airflow.providers.smtp.hooks.smtp import SmtpHook

from slipway.adapters.notifiers.mail import Mail
from slipway.ports.messages import NotSentError

CONNECTION = "smtp_default"
_PERMANENT = 500


class _OneTryHook(SmtpHook):
    """The provider's hook tries five times at once, even what may have arrived: when to try again is ours to say."""

    smtp_retry_limit = 0


class HookMailSend:
    """A `MailSend`. The connection is read for each e-mail: what is mended counts at once."""

    def __init__(self, connection_id: str = CONNECTION) -> None:
        self._connection_id = connection_id

    def __call__(self, mail: Mail) -> None:
        """Hands it over."""
        hook = _OneTryHook(smtp_conn_id=self._connection_id)
        try:
            hook.get_conn()
        except (AirflowException, SMTPException, OSError) as error:
            raise NotSentError(f"the mail server of {self._connection_id!r} cannot be used: {_why(error)}") from error
        with hook:
            try:
                hook.send_email_smtp(
                    to=mail.to, subject=mail.subject, html_content=_content(mail), custom_headers=dict(mail.headers)
                )
            except (AirflowException, SMTPException, OSError) as error:
                raise _not_sent(error) from error


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
