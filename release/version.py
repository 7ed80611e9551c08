"""The version of a release: every place that has it, and the changelog, whose unreleased part becomes the release's."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_UNRELEASED, _UPGRADE = "## [Unreleased]", "### When you upgrade"
_CHANGELOG = "CHANGELOG.md"


class NotReleasable(Exception):
    """The tree cannot become this release; the message says why, and what to do."""


@dataclass(frozen=True)
class Place:
    """A file that has the version, in words before and behind it that stand there once."""

    file: str
    before: str
    behind: str = ""

    def written(self, text: str, *, old: str, new: str) -> str:
        """Return the file's text with the new version; raise NotReleasable where the old one does not stand."""
        was = f"{self.before}{old}{self.behind}"
        if text.count(was) != 1:
            raise NotReleasable(f"{self.file} does not have `{was}` once: look what has become of it")
        return text.replace(was, f"{self.before}{new}{self.behind}")


PLACES = (
    Place("pyproject.toml", '\nversion = "', '"\n'),
    Place("layers/core/dayone/__init__.py", '\nRELEASE = "', '"\n'),
    Place("template.yaml", "Release: {Name: dayone, Version: ", "}"),
    Place("template-forwarder.yaml", "Release: {Name: dayone, Version: ", "}"),
    Place("docs/first-hour.md", "Release: ", ".\n"),
)


def current_version(root: Path) -> str:
    """Return the version of a tree."""
    found = re.search(rf'^RELEASE = "({_VERSION.pattern})"$', _text(root, PLACES[1].file), re.MULTILINE)
    if found is None:
        raise NotReleasable(f"{PLACES[1].file} has no version")
    return found[1]


def set_version(root: Path, new: str, *, today: date) -> tuple[str, ...]:
    """Make a tree that of a release, without a commit; return the files that were changed.

    Raises NotReleasable, before anything is written, for a version that is not later than the tree's, and for a
    changelog that says nothing, or nothing about what an operator has to do.
    """
    old = current_version(root)
    if not _VERSION.fullmatch(new) or _parts(new) <= _parts(old):
        raise NotReleasable(f"{new} is no version later than {old}: major.minor.patch, as Semantic Versioning says")
    written = {place.file: place.written(_text(root, place.file), old=old, new=new) for place in PLACES}
    written[_CHANGELOG] = dated(_text(root, _CHANGELOG), version=new, today=today)
    for file, text in written.items():
        (root / file).write_text(text, encoding="utf-8")
    return tuple(written)


def dated(changelog: str, *, version: str, today: date) -> str:
    """Return a changelog whose unreleased part is that of a version; raise NotReleasable where it lacks something."""
    head, found, rest = changelog.partition(_UNRELEASED)
    part = rest.partition("\n## [")[0].strip()
    if not found or not part:
        raise NotReleasable(f"{_CHANGELOG} has nothing under {_UNRELEASED}")
    if _UPGRADE not in part:
        raise NotReleasable(f"{_CHANGELOG} lacks `{_UPGRADE}` under {_UNRELEASED}: say what an operator has to do")
    return f"{head}{_UNRELEASED}\n\n## [{version}] - {today.isoformat()}{rest}"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _text(root: Path, file: str) -> str:
    return (root / file).read_text(encoding="utf-8")
