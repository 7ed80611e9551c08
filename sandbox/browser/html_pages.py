"""Reads a page of the portal without a browser: its forms, and the text of whatever has an id."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = frozenset({"meta", "link", "input", "br"})


@dataclass
class Form:
    """A form: its action, its method, and its initial fields."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class HtmlPage(HTMLParser):
    """A page; `texts` by id, `permission_sets` by account id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self.permission_sets: dict[str, list[str]] = {}
        self._open: list[str] = []
        self._account = ""
        self.feed(text)
        self.close()

    def form(self, action: str) -> Form:
        """Return the form that goes to a path; raises LookupError with all the page says when there is none."""
        for form in self.forms:
            if form.action.partition("?")[0] == action:
                return form
        raise LookupError(f"no form for {action}: {self.texts.get('main', '').strip()}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, fields, accounts and permission sets, and whose text comes next."""
        named = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(Form(action=named.get("action", ""), method=named.get("method", "get")))
        elif tag == "input" and self.forms and "name" in named:
            self.forms[-1].fields[named["name"]] = named.get("value", "")
        if "data-account" in named:
            self._account = named["data-account"]
            self.permission_sets[self._account] = []
        if "data-permission-set" in named:
            self.permission_sets[self._account].append(named["data-permission-set"])
        if tag not in _EMPTY:
            self._open.append(named.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave what was entered last: the portal's pages close everything they open."""
        if tag not in _EMPTY and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add the text to every element it is in that has an id."""
        for name in filter(None, self._open):
            self.texts[name] = self.texts.get(name, "") + data
