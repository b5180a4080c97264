"""Checks a receipt the way an outsider would: from the published formats, with nothing of Chaperone.

The receipt is a C2SP tlog-proof (https://c2sp.org/tlog-proof), its checkpoint a signed note
(https://c2sp.org/signed-note), the tree that of RFC 9162.
"""

from base64 import b64decode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from demo.crew import DemoFailed


def check_receipt(leaf: bytes, receipt: str, verifier_key: str) -> int:
    """The size of the signed log that holds the leaf; `DemoFailed` if the receipt proves nothing."""
    head, _, note = receipt.partition("\n\n")
    _, *lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    index = int(lines[0].removeprefix("index "))
    size, root = _open_note(note, verifier_key)
    path = [b64decode(line) for line in lines[1:]]
    if _root(sha256(b"\0" + leaf).digest(), index, size, path) != root:
        raise DemoFailed("The receipt does not lead from the entry to the signed root.")
    return size


def _open_note(note: str, verifier_key: str) -> tuple[int, bytes]:
    name, _, rest = verifier_key.partition("+")
    public = b64decode(rest.partition("+")[2])[1:]
    body, _, signatures = note.rpartition("\n\n")
    text = f"{body}\n"
    for line in signatures.splitlines():
        _, signer, signature = line.split(" ")
        if signer == name and _is_signed(public, b64decode(signature)[4:], text.encode()):
            _, size, root = text.splitlines()[:3]
            return int(size), b64decode(root)
    raise DemoFailed("The checkpoint is not signed with the log's key.")


def _is_signed(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _root(found: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.3.2, up to the comparison."""
    last = size - 1
    for sibling in path:
        if last == 0:
            raise DemoFailed("The receipt is longer than the tree is high.")
        if index % 2 or index == last:
            found = sha256(b"\1" + sibling + found).digest()
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            found = sha256(b"\1" + found + sibling).digest()
        index, last = index >> 1, last >> 1
    if last:
        raise DemoFailed("The receipt is shorter than the tree is high.")
    return found
