"""Makes pages of templates: one environment per language, everything escaped, no script."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web
from babel.dates import format_date, format_time

from service.policy.organisation import Organisation
from service.web.middleware import CSP
from service.web.pages.languages import catalogues

WEB = Path(__file__).parents[1]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""These pages have no script, so theirs is stricter than `middleware.PAGE_POLICY` (ASVS 3.4.3)."""

SCRIPTED = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""Of the board alone: a script of our own follows what changes."""


class Pages:
    """Renders for one organisation. `call_origins` is where the rooms are, as CSP sources."""

    def __init__(self, organisation: Organisation, call_origins: tuple[str, ...]) -> None:
        self._organisation = organisation
        # Chromium holds redirects after a form to `form-action` too, so the door must name the rooms.
        self._door_policy = POLICY.replace(
            "form-action 'self'", " ".join(("form-action 'self'", *call_origins))
        )

    @property
    def zone(self) -> tzinfo:
        """Where the clock on the wall stands that pages show."""
        return self._organisation.zone

    def text(self, language: str, template: str, context: Mapping[str, Any]) -> str:
        """The page as HTML."""
        blank: dict[str, Any] = {"problems": (), "form": {}}
        house = {"language": language, "organisation": self._organisation}
        return environment(language).get_template(template).render(blank | house | dict(context))

    def answer(
        self,
        language: str,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        leads_out: bool = False,
        scripted: bool = False,
    ) -> web.Response:
        """The page as an answer. `leads_out`: a form on it may lead into the room. `scripted`: a script
        of ours runs on it."""
        policy = self._door_policy if leads_out else POLICY
        return web.Response(
            status=status,
            text=self.text(language, template, context),
            content_type="text/html",
            headers={
                CSP: SCRIPTED if scripted else policy,
                "Content-Language": language,
            },
        )


@cache
def environment(language: str) -> jinja2.Environment:
    """The templates in one language."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations = catalogues()[language]
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    # For sentences that come from the rules: they are ids too, but hold no place to fill in.
    made.filters["said"] = translations.gettext
    made.filters["day"] = partial(_day, language)
    made.filters["time"] = partial(_time, language)
    made.filters["clock"] = partial(_clock, language)
    made.tests["address"] = _is_address
    return made


DATES = {"en": "en_GB"}
"""As whom to write dates, where a language alone does not say in which order."""


def _day(language: str, at: datetime, zone: tzinfo) -> str:
    return format_date(at.astimezone(zone), "full", DATES.get(language, language))


def _time(language: str, at: datetime, zone: tzinfo) -> str:
    return format_time(at.astimezone(zone), "HH:mm", locale=language)


def _clock(language: str, at: datetime, zone: tzinfo) -> str:
    return format_time(at.astimezone(zone), "HH:mm:ss", locale=language)


def _is_address(text: str) -> bool:
    return urlsplit(text).scheme == "https"
