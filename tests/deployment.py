"""An organisation as its operator sets it up: `organisation.toml`, and settings."""

import os
from pathlib import Path

from pydantic import SecretStr

from service.audit.notes import SigningKey
from service.outside_settings import MailSettings, SmsSettings
from service.settings import Settings
from tests.rooms import Emulated, a_key, teams_settings, zoom_settings

ORGANISATION = """
name = "Lantern Tuition"
zone = "Europe/London"
domains = ["tuition.example"]

[contacts]
phone = "020 7946 0000"
safeguarding_lead = "020 7946 0001"
copies_to = "copies@tuition.example"
guidance = ["https://www.nspcc.org.uk/"]

[hours]
monday = {opens = 08:00:00, closes = 20:00:00}
tuesday = {opens = 08:00:00, closes = 20:00:00}
wednesday = {opens = 08:00:00, closes = 20:00:00}
thursday = {opens = 08:00:00, closes = 20:00:00}
friday = {opens = 08:00:00, closes = 20:00:00}
saturday = {opens = 09:00:00, closes = 16:00:00}
"""

REHEARSING = f"rehearsal = true\n{ORGANISATION}"
"""The same organisation before it has switched over."""

VISITED = f"""cover_modes = ["throughout", "visiting"]
second_staff_rooms = 3
{ORGANISATION}"""
"""The same organisation once the lead has adopted that second staff may visit."""


KEYS = {
    name: SecretStr(key)
    for name, key in {
        "sealing_keys": f"k1:{a_key()}",
        "contact_key": a_key(),
        "log_key": SigningKey("log.tuition.example", os.urandom(32)).to_text(),
        "statement_key": a_key(),
        "token_keys": f"t1:{a_key()}",
        "form_key": a_key(),
    }.items()
}
"""Made once for this process: what one service wrote, another reads (see `tests.furnished`)."""


def settings_for(
    database_url: str,
    folder: Path,
    port: int,
    emulated: Emulated,
    mail_port: int,
    organised: str = ORGANISATION,
    *,
    also: Emulated | None = None,
    sms: SmsSettings | None = None,
) -> Settings:
    """Settings of a demo deployment; `also` is a second provider."""
    zoom, teams = (_at(name, emulated, also) for name in ("zoom", "teams"))
    organisation = folder / "organisation.toml"
    organisation.write_text(organised, "utf-8")
    return Settings(
        mode="demo",
        database_url=database_url,
        organisation_file=organisation,
        base_url=f"http://127.0.0.1:{port}",
        listen_port=port,
        **KEYS,
        zoom=zoom_settings(zoom) if zoom else None,
        teams=teams_settings(teams, folder) if teams else None,
        mail=MailSettings(
            host="127.0.0.1",
            port=mail_port,
            sender="sessions@tuition.example",
            security="none",
        ),
        sms=sms,
    )


def _at(name: str, *emulated: Emulated | None) -> str | None:
    return next((one.url for one in emulated if one is not None and one.provider == name), None)
