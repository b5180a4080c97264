"""What may know of what."""

import ast
from pathlib import Path

import pytest

import integrations.zoom

FOLDER = Path(str(integrations.zoom.__file__)).parent
EMULATOR = sorted(FOLDER.glob("emulator*.py"))


def test_there_is_an_emulator_to_look_at() -> None:
    assert len(EMULATOR) > 1


@pytest.mark.parametrize("file", EMULATOR, ids=lambda file: file.stem)
def test_the_emulator_shares_no_code_with_the_client(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    ours = {name for name in imported if name.startswith(("integrations", "service"))}
    assert [name for name in ours if not name.startswith("integrations.zoom.emulator_")] == []
