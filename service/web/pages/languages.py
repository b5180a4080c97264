"""In which language a page speaks: every sentence is a message id, English unless translated.

A catalogue is one `.po` file, compiled when the service starts, so that there is nothing to build.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[1] / "locales"
SOURCE = "en"
MOST_WISHES = 10


@cache
def catalogues() -> Mapping[str, NullTranslations]:
    """Every language there is, by its code."""
    found: dict[str, NullTranslations] = {SOURCE: NullTranslations()}
    for path in sorted(LOCALES.glob("*.po")):
        found[path.stem] = _compiled(path)
    return found


def _compiled(path: Path) -> GNUTranslations:
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=path.stem, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translation(language: str, sentence: str) -> str | None:
    """A sentence in another language; None where we have it in English alone."""
    found = catalogues()[language].gettext(sentence)
    return None if found == sentence else found


def choose(own: str | None, wishes: str) -> str:
    """The parent's own language if we speak it, else the first wish of the browser that we do.

    `wishes` is an `Accept-Language` header (RFC 9110 section 12.5.4).
    """
    wanted = [own] if own else []
    spoken = list(catalogues())
    return negotiate_locale([*wanted, *_by_weight(wishes)], spoken, sep="-") or SOURCE


def _by_weight(wishes: str) -> Iterable[str]:
    weighed: list[tuple[float, str]] = []
    for wish in wishes.split(",")[:MOST_WISHES]:
        name, _, weight = wish.strip().partition(";q=")
        try:
            heaviness = float(weight or 1)
        except ValueError:
            heaviness = 0.0
        if heaviness > 0:
            weighed.append((heaviness, name.strip()))
    return [name for _, name in sorted(weighed, key=lambda pair: -pair[0])]
