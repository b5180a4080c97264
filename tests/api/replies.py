"""How a request is refused over HTTP."""

from tests.harness import Reply


def refused(reply: Reply, status: int, *codes: str) -> None:
    """It was refused, with this status and at least these codes, wherever in the answer they stand."""
    found = {reply.code, *reply.fields.values()}
    assert reply.status == status, reply.text
    assert set(codes) <= found, reply.text
