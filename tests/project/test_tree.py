"""The tree is the same on every machine, and its documents name only what exists."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.project.repository import ROOT, files, shown

DOCUMENTS = files(".md")
# HiBob's names of fields look like places, and are none.
NO_FIELD = r"(?!(id|email|firstName|surname|displayName|department|title|site|reportsTo|startDate|customColumns)\b)"
# Written apart, so that this file does not name what it looks for.
PLACES = re.compile(
    "|".join(
        [f"/(root|work)/{NO_FIELD}", "/" + r"home/\w", "/" + r"Users/\w", r"[A-Z]:\\" + "Users"],
    )
)
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npmjs" + r"\.(org|com)", "index" + "-url [=h]"])
)


def test_no_file_names_a_place_on_one_machine() -> None:
    assert not [shown(path) for path, text in _texts() if PLACES.search(text)]


def test_no_file_names_a_package_registry() -> None:
    assert not [shown(path) for path, text in _texts() if REGISTRIES.search(text)]


def test_every_link_to_a_file_in_a_document_leads_somewhere() -> None:
    links = {
        (path, target)
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target
    }
    assert not {(shown(path), target) for path, target in links if not (path.parent / target).exists()}


def test_every_make_target_for_people_says_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    documented = set(re.findall(r"^([a-z-]+):.*## \w", text, flags=re.MULTILINE))
    people_use = {
        "setup",
        "lock",
        "check",
        "check-deploy",
        "test",
        "test-all",
        "demo",
        "first-run",
        "bench",
        "build",
        "clean",
        "help",
        "sandbox",
        "schema",
        "sensitive-data",
        "simulate",
    }
    assert people_use == documented


def _texts() -> Iterator[tuple[Path, str]]:
    """Every file that is a text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
