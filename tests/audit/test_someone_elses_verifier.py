"""Our evidence checked by code that is not ours: the transparency-log library of the Go toolchain.

Debian: `apt-get install golang-go golang-golang-x-mod-dev`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.audit.notes import sign_note
from service.audit.paths import consistency_path, read_from, root_at
from service.audit.strict import to_base64
from tests.audit.logs import KEY, OTHER_KEY, Log, flipped

SOURCE = Path(__file__).parent / "go_check" / "main.go"
LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")

pytestmark = pytest.mark.skipif(
    shutil.which("go") is None or not LIBRARY.is_dir(),
    reason="needs golang-go and golang-golang-x-mod-dev",
)

Run = Callable[[dict[str, Any]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The compiled Go program."""
    folder = tmp_path_factory.mktemp("go")
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder / "cache"),
        "CGO_ENABLED": "0",
    }
    program = folder / "go_check"
    subprocess.run(["go", "build", "-o", program, SOURCE], env=environment, check=True)

    def run(evidence: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program], input=json.dumps(evidence), capture_output=True, text=True, check=False
        )

    return run


def evidence_of(log: Log) -> dict[str, Any]:
    """The checkpoint, a proof of every entry, and a proof from every smaller size."""
    read = read_from(log.leaf_hashes)
    proofs = [(each, log.proof(each.index)) for each in log.entries]
    return {
        "vkey": str(KEY.verifier),
        "skey": KEY.to_text(),
        "checkpoint": log.note,
        "inclusions": [
            {
                "index": each.index,
                "leaf": to_base64(each.leaf),
                "path": [to_base64(hash_) for hash_ in proof.path],
            }
            for each, proof in proofs
        ],
        "consistencies": [
            {
                "oldSize": old,
                "oldRoot": to_base64(root_at(old, read)),
                "path": [to_base64(hash_) for hash_ in consistency_path(old, log.size, read)],
            }
            for old in range(1, log.size + 1)
        ],
    }


@pytest.mark.parametrize("size", [1, 2, 7, 8, 21])
def test_go_accepts_our_checkpoint_and_every_proof_and_signs_alike(check: Run, size: int) -> None:
    answer = check(evidence_of(Log(size)))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"{size} {size}\n", "")


def test_go_refuses_a_checkpoint_by_another_key(check: Run) -> None:
    evidence = evidence_of(Log(7))
    forged = sign_note(Log(7).checkpoint.to_text(), [OTHER_KEY])
    assert check({**evidence, "checkpoint": forged}).returncode == 1


def test_go_refuses_a_changed_leaf(check: Run) -> None:
    evidence = evidence_of(Log(7))
    evidence["inclusions"][3]["leaf"] = to_base64(flipped(Log(7).entries[3].leaf, 0))
    assert "invalid transparency proof" in check(evidence).stderr


def test_go_refuses_another_past(check: Run) -> None:
    evidence = evidence_of(Log(7))
    evidence["consistencies"][3]["oldRoot"] = to_base64(bytes(32))
    assert "invalid transparency proof" in check(evidence).stderr
