"""What refuses to start: wrong settings, emulators in production, another installation's data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from service.errors import Misconfigured
from service.outside_settings import ZoomSettings
from service.settings import Settings, load_organisation, load_settings
from tests.crash.victim import environment
from tests.deployment import ORGANISATION, settings_for
from tests.harness import running
from tests.rooms import Emulated


def a_deployment(tmp_path: Path) -> Settings:
    return settings_for(
        f"sqlite:///{tmp_path / 'c.db'}",
        tmp_path,
        8000,
        Emulated("zoom", "http://127.0.0.1:8081"),
        25,
    )


def loaded(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.pitfall(71)
def test_an_emulator_in_production_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = environment(a_deployment(tmp_path)) | {
        "CHAPERONE_MODE": "production",
        "CHAPERONE_BASE_URL": "https://chaperone.example",
    }
    with pytest.raises(Misconfigured, match="an emulator cannot be used in production"):
        loaded(wanted, monkeypatch)


def test_production_without_a_provider_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {
        name: value
        for name, value in environment(a_deployment(tmp_path)).items()
        if "ZOOM" not in name
    }
    wanted |= {"CHAPERONE_MODE": "production", "CHAPERONE_BASE_URL": "https://chaperone.example"}
    with pytest.raises(Misconfigured, match="needs a meeting provider"):
        loaded(wanted, monkeypatch)


def test_production_in_clear_text_is_refused(tmp_path: Path) -> None:
    demo = a_deployment(tmp_path)
    zoom = ZoomSettings(
        account_id="a", client_id="c", client_secret=SecretStr("s"), webhook_secret=SecretStr("w")
    )
    with pytest.raises(ValueError, match="https base_url"):
        Settings(
            **demo.model_dump(exclude={"mode", "zoom", "base_url"}),
            mode="production",
            zoom=zoom,
            base_url="http://chaperone.example",
        )


def test_production_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = environment(a_deployment(tmp_path))
    del wanted["CHAPERONE_MODE"]
    with pytest.raises(Misconfigured):
        loaded(wanted, monkeypatch)


def test_every_missing_setting_is_named_and_no_value_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHAPERONE_SEALING_KEYS", "very-secret")
    with pytest.raises(Misconfigured) as caught:
        load_settings()
    assert "CHAPERONE_BASE_URL" in caught.value.sentence
    assert "CHAPERONE_LOG_KEY" in caught.value.sentence
    assert "very-secret" not in caught.value.sentence


@pytest.mark.parametrize("mode", ["", "production"])
def test_the_emulator_program_refuses_to_run_outside_demo(mode: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "service", "emulate", "zoom", "--port", "1"],
        env={"PATH": os.environ["PATH"], "CHAPERONE_MODE": mode},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    assert "Emulators run only with CHAPERONE_MODE=demo" in ran.stderr


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('zone = "Europe/London"', 'zone = "Europe/Londn"', "zone: "),
        ("opens = 08:00:00, closes = 20:00:00", "opens = 20:00:00, closes = 08:00:00", "opens"),
        ('name = "Lantern Tuition"', 'nmae = "Lantern"', "nmae"),
        ("[hours]", "[windows]\nlate_limit = 31\n[hours]", "between 5 and 30 minutes"),
        ("[hours]", "[windows]\nlate_limt = 10\n[hours]", "unknown name"),
        ('domains = ["tuition.example"]', "domains = []", "domains"),
        ("[contacts]", "[contacts", "not TOML"),
    ],
)
def test_a_wrong_organisation_file_is_refused_with_the_field_named(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    file = tmp_path / "organisation.toml"
    assert was in ORGANISATION
    file.write_text(ORGANISATION.replace(was, becomes), "utf-8")
    with pytest.raises(Misconfigured) as caught:
        load_organisation(file)
    assert told in caught.value.sentence


@pytest.mark.postgres
async def test_a_clock_that_differs_from_the_databases_is_not_ready(
    postgres_url: str, sqlite_url: str, tmp_path: Path
) -> None:
    # Stories hold the clock still in 2026-11-24; the PostgreSQL server lives by the real one.
    for number, (url, ready) in enumerate(((postgres_url, False), (sqlite_url, True))):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with running(url, folder) as house:
            reply = await house.api().get("/readyz")
            parts = {part["name"]: part["ready"] for part in reply.body["parts"]}
            assert parts["clock"] is ready
