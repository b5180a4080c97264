"""The evidence, as pure values: leaves, the Merkle tree over them, signed checkpoints and proofs.

Every format here is a published one (RFC 9162, RFC 8785, C2SP), so that an inspector can check the
log with someone else's tool. Nothing here reads a database, a file, a clock or a source of chance.
"""

from service.errors import ChaperoneError


class ProofFailed(ChaperoneError):
    """The evidence does not prove what it claims; `details["index"]` names the entry if known."""

    code = "proof_failed"
    sentence = "The proof does not hold."


class Unrecordable(ChaperoneError):
    """A value may not stand in the log as it is: it would leak, be ambiguous, or never verify."""

    code = "unrecordable"
    sentence = "This cannot be recorded in the log."
