"""A browser without script: opens pages, fills in the forms it finds there, and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from demo.crew import DemoFailed

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """One form of a page: where it goes, what it would send as it stands, and its choices."""

    action: str
    fields: Fields = field(default_factory=list)
    choices: Fields = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def does(self, name: str, value: str) -> bool:
        """Whether the form, as it stands or by one of its buttons, sends this."""
        return (name, value) in self.fields or (name, value) in self.choices


@dataclass
class Page:
    """A page as it was answered."""

    status: int
    url: str
    text: str
    location: str = ""

    @property
    def words(self) -> str:
        """What a person reads on the page, without marks."""
        return " ".join(_Words.of(self.text).split())

    def link(self, words: str) -> str:
        """Where the link with these words leads. `DemoFailed` if the page has none."""
        for href, said in _Links.of(self.text):
            if words in said:
                return urljoin(self.url, href)
        raise DemoFailed(f"There is no link on the page that says {words!r}.")

    def has(self, name: str, value: str) -> bool:
        """Whether there is a form on the page that does this."""
        return any(form.does(name, value) for form in _Forms.of(self.text))

    def form(self, name: str, value: str) -> Form:
        """The form that does this. `DemoFailed` if the page has none."""
        for form in _Forms.of(self.text):
            if form.does(name, value):
                return form
        raise DemoFailed(f"There is no form on the page that does {value!r}.")

    def form_to(self, ending: str) -> Form:
        """The first form that goes to an address with this ending."""
        for form in _Forms.of(self.text):
            if form.action.endswith(ending):
                return form
        raise DemoFailed(f"There is no form on the page that goes to {ending!r}.")


class Browser:
    """One person's browser, with cookies of its own."""

    def __init__(self, http: aiohttp.ClientSession, service_url: str) -> None:
        self._http = http
        # As browsers do, take 127.0.0.1 for secure although it speaks plain HTTP.
        self._jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=URL(service_url))

    def _cookies(self, url: str) -> dict[str, str]:
        kept = self._jar.filter_cookies(URL(url)).values()
        told = "; ".join(f"{one.key}={one.value}" for one in kept)
        return {"Cookie": told} if told else {}

    async def open(self, url: str) -> Page:
        """GET, following redirects."""
        async with self._http.get(url, headers=self._cookies(url)) as response:
            return Page(response.status, str(response.url), await response.text())

    async def send(self, page: Page, form: Form, **filled: str) -> Page:
        """Send a form of a page as it stands, with these fields filled in; follows no redirect."""
        unknown = filled.keys() - form.names
        if unknown:
            raise DemoFailed(f"The form has no field {', '.join(sorted(unknown))}.")
        sent = [(name, value) for name, value in form.fields if name not in filled]
        sent += filled.items()
        target = urljoin(page.url, form.action)
        headers = {"Origin": str(URL(page.url).origin())} | self._cookies(target)
        async with self._http.post(
            target,
            data=aiohttp.FormData(sent),
            headers=headers,
            allow_redirects=False,
        ) as response:
            self._jar.update_cookies(response.cookies, response.url)
            location = urljoin(page.url, response.headers.get("Location", ""))
            return Page(response.status, str(response.url), await response.text(), location)


class _Forms(HTMLParser):
    """Collects forms: hidden and typed fields as they stand, ticks and buttons as choices."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    @classmethod
    def of(cls, text: str) -> list[Form]:
        """Every form of a page."""
        reader = cls()
        reader.feed(text)
        return reader.forms

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form opens, or a field of the open one."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""))
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "button", "textarea", "select"):
            self._take(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        """A form closes."""
        if tag == "form":
            self._open = None

    @staticmethod
    def _take(form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "submit" if tag == "button" else "")
        if not name:
            return
        form.names.add(name)
        choice = kind in ("checkbox", "radio", "submit")
        value = (name, given.get("value", "on" if choice else ""))
        if not choice or (kind != "submit" and "checked" in given):
            form.fields.append(value)
        if choice:
            form.choices.append(value)


class _Links(HTMLParser):
    """Collects links: where each leads, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.links: Fields = []
        self._href: str | None = None

    @classmethod
    def of(cls, text: str) -> Fields:
        """Every link of a page."""
        reader = cls()
        reader.feed(text)
        return reader.links

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link opens."""
        if tag == "a":
            self._href = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        """A link closes."""
        if tag == "a":
            self._href = None

    def handle_data(self, data: str) -> None:
        """Words, perhaps of a link."""
        if self._href is not None:
            self.links.append((self._href, data))


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, text: str) -> str:
        """The words of a page."""
        reader = cls()
        reader.feed(text)
        return " ".join(reader.found)

    def handle_data(self, data: str) -> None:
        """Words between marks."""
        self.found.append(data)
