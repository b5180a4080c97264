"""Hands messages to an SMTP server, and says by remedy what came of it (RFC 5321 §4.2)."""

from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib
from pydantic import SecretStr

from service.errors import ProviderBusy, ProviderRefused, ProviderUnavailable, ProviderUnsure
from service.ports import Messenger, OutgoingMessage

TIMEOUT_SECONDS = 20.0
PERMANENT = 500


class SmtpMessenger(Messenger):
    """One SMTP server. A connection per message: simple, and a few a minute is what we send."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        username: str | None,
        password: SecretStr | None,
        security: str,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._username = username
        self._password = password
        self._security = security

    async def send(self, message: OutgoingMessage) -> None:
        """See `Messenger.send`."""
        try:
            await aiosmtplib.send(
                self._letter(message),
                hostname=self._host,
                port=self._port,
                username=self._username,
                password=self._password.get_secret_value() if self._password else None,
                use_tls=self._security == "tls",
                start_tls=self._security == "starttls",
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _by_code(max(codes)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _by_code(error.code) from None
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPConnectTimeoutError, OSError) as error:
            raise ProviderUnavailable("The mail server cannot be reached.") from error
        except aiosmtplib.SMTPException as error:
            # The connection broke somewhere in the dialogue: the letter may have gone.
            raise ProviderUnsure("The mail server's answer was lost.") from error

    def _letter(self, message: OutgoingMessage) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = message.to_address.get_secret_value()
        letter["Subject"] = message.subject
        letter["Date"] = formatdate(usegmt=True)
        letter["Message-ID"] = f"<{message.message_id}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers, please
        letter.set_content(message.text.get_secret_value())
        return letter


def _by_code(code: int) -> ProviderRefused | ProviderBusy:
    if code >= PERMANENT:
        return ProviderRefused("The mail server refused this message.")
    return ProviderBusy("The mail server asked us to wait.")


class NoMail(Messenger):
    """No carrier is set up: messages wait, and the log of tries shows it."""

    async def send(self, message: OutgoingMessage) -> None:
        """Nothing is sent."""
        raise ProviderUnavailable("No mail server is set up.")
