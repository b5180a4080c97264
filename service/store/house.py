"""What the store is opened with: the organisation it serves and the keys it may use."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from service.audit.notes import SigningKey
from service.policy.organisation import Organisation
from service.store.secrets import Keyring, seal, unseal


@dataclass(frozen=True)
class House:
    """Handed to every request function as `tx.house`.

    `contact_key` digests addresses and numbers, so that two records of one person are noticed
    without either being read. `log_key` signs checkpoints, `statement_key` statements. `base_url`
    is where people reach us, without a trailing slash.
    """

    organisation: Organisation
    base_url: str
    sealing: Keyring = field(repr=False)
    contact_key: bytes = field(repr=False)
    log_key: SigningKey = field(repr=False)
    statement_key: Ed25519PrivateKey = field(repr=False)

    def seal(self, text: SecretStr, where: str) -> bytes:
        """Encrypt for one place ("table.column:row id")."""
        return seal(self.sealing, text, where)

    def seal_if_any(self, text: SecretStr | None, where: str) -> bytes | None:
        """Encrypt, where there is something to encrypt."""
        return None if text is None else seal(self.sealing, text, where)

    def unseal(self, sealed: bytes, where: str) -> SecretStr:
        """Decrypt what was sealed for this place."""
        return unseal(self.sealing, sealed, where)

    def unseal_if_any(self, sealed: bytes | None, where: str) -> SecretStr | None:
        """Decrypt, where there is something to decrypt."""
        return None if sealed is None else unseal(self.sealing, sealed, where)

    def check_digest(self, scheme: str, number: SecretStr) -> str:
        """A digest of a background check's number that is equal for two spellings of it."""
        plain = number.get_secret_value().casefold()
        normal = f"check:{scheme}:" + "".join(sign for sign in plain if sign.isalnum())
        return hmac(self.contact_key, normal.encode(), sha256).hexdigest()[:32]

    def code_digest(self, code: str) -> str:
        """What a short code is known by: with a key, since a short code alone could be guessed from a
        bare hash."""
        return hmac(self.contact_key, f"code:{code}".encode(), sha256).hexdigest()

    def contact_digest(self, contact: SecretStr) -> str:
        """A digest that is equal for two spellings of one address or number."""
        plain = contact.get_secret_value().casefold().strip()
        normal = _mailbox(plain) if "@" in plain else "".join(filter(str.isdigit, plain))[-9:]
        return hmac(self.contact_key, normal.encode(), sha256).hexdigest()[:32]


def _mailbox(address: str) -> str:
    """An address without its tag: `tom+x@` and `tom@` reach one mailbox, and one person reads it."""
    name, _, domain = address.rpartition("@")
    untagged = name.partition("+")[0]
    return f"{untagged or name}@{domain}"
