"""The tree is the same on every machine, and its documents name only what exists."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

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
# The rule for the subjects of commits holds for those after this one.
SUBJECTS_SINCE = "0827d27c"
SUBJECT = re.compile(r"[\w.][\w.,/ -]*: (?P<verb>[a-z]+)\b.*")
# Words that begin no sentence in the imperative, but one about what is, or was done, or does something.
NO_VERB = re.compile(
    r"an?|the|no|not|one|who|whoever|what|where|when|it|its|there"
    r"|(?!bring|string|need|feed|seed|embed|focus)\w+(ing|ed|[^s]s)"
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
        "mutate",
        "build",
        "release",
        "package",
        "clean",
        "help",
        "prove-protocol",
        "sandbox",
        "schema",
        "sensitive-data",
        "simulate",
    }
    assert people_use == documented


def test_the_subject_of_a_commit_has_an_area_and_says_what_to_do() -> None:
    command = ["git", "log", "--no-merges", "--format=%s", f"{SUBJECTS_SINCE}..HEAD"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)  # noqa: S603
    if listed.returncode:
        pytest.skip(f"the history does not reach back to {SUBJECTS_SINCE}")
    subjects = listed.stdout.splitlines()
    assert not [subject for subject in subjects if len(subject) > 72 or not is_subject(subject)]


def is_subject(text: str) -> bool:
    """Return whether a text has the form `area: imperative`."""
    found = SUBJECT.fullmatch(text)
    return found is not None and not NO_VERB.fullmatch(found["verb"])


@pytest.mark.parametrize(
    ("subject", "is_right"),
    [
        ("planning: read what was entered manually in one place", True),
        ("tests, README: process what is held", True),
        ("read what was entered manually", False),
        ("planning: Read what was entered", False),
        ("tests: a throttled call is one too many", False),
        ("core: merged small modules", False),
        ("core: merging small modules", False),
        ("core: merges small modules", False),
    ],
)
def test_a_subject_is_told_from_a_description(subject: str, *, is_right: bool) -> None:
    assert is_subject(subject) is is_right


def _texts() -> Iterator[tuple[Path, str]]:
    """Every file that is a text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
