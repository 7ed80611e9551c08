"""The software bill of materials of a release: what ships beside Day One's own code, read from the lock files.

Its form is CycloneDX 1.6, in JSON. The layer of the functions holds what `requirements/runtime.txt` pins, and an
installation of the command what `requirements/cli.txt` pins.
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

LOCK_FILES: Mapping[str, str] = {"functions": "requirements/runtime.txt", "command": "requirements/cli.txt"}
_PINNED = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:(?P<digest>[0-9a-f]{64})")
_LICENCE = "License :: OSI Approved :: "
_LONGEST_NAME = 60  # some packages have the whole text where the name belongs


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """A package as a lock file pins it: the digests of the files it may be, and the packages that need it.

    `needed_by` is empty for one that Day One itself names.
    """

    name: str
    version: str
    digests: tuple[str, ...]
    needed_by: frozenset[str]

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pinned_in(text: str) -> list[Pinned]:
    """Return the packages of a lock file, in its order."""
    # A package begins at the left; what belongs to it is indented.
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    return [_pinned(match, block) for block in blocks if (match := _PINNED.match(block))]


def _pinned(match: re.Match[str], block: str) -> Pinned:
    comment = " ".join(line.strip(" #") for line in block.splitlines() if line.strip().startswith("#"))
    needed_by = {word for word in comment.removeprefix("via").split() if _is_package(word)}
    digests = tuple(found["digest"] for found in _HASH.finditer(block))
    return Pinned(name=match["name"], version=match["version"], digests=digests, needed_by=frozenset(needed_by))


def _is_package(word: str) -> bool:
    return word != "-r" and "/" not in word


def bill_of_materials(root: Path, *, version: str, at: datetime) -> dict[str, Any]:
    """Return the bill of a tree as a release."""
    used: dict[str, tuple[Pinned, set[str]]] = {}
    for user, file in LOCK_FILES.items():
        for package in pinned_in((root / file).read_text(encoding="utf-8")):
            used.setdefault(package.purl, (package, set()))[1].add(user)
    packages = [package for package, _ in used.values()]
    itself = f"pkg:generic/dayone@{version}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, itself)}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds"),
            "component": {
                "type": "application",
                "bom-ref": itself,
                "name": "dayone",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [_component(package, users=users) for package, users in used.values()],
        "dependencies": [
            {"ref": itself, "dependsOn": sorted(each.purl for each in packages if not each.needed_by)},
            *({"ref": each.purl, "dependsOn": sorted(_needs(each, packages))} for each in packages),
        ],
    }


def _needs(package: Pinned, packages: Iterable[Pinned]) -> Iterable[str]:
    return {other.purl for other in packages if package.name in other.needed_by}


def _component(package: Pinned, *, users: set[str]) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "licenses": _licences(package.name),
        "properties": [
            *({"name": "dayone:part", "value": user} for user in sorted(users)),
            *({"name": "dayone:sha256", "value": digest} for digest in package.digests),
        ],
    }


def _licences(name: str) -> list[dict[str, Any]]:
    """Return what the installed package says of its licence; nothing for one that is not installed."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := found.get("License-Expression"):
        return [{"expression": expression}]
    classified = [text.removeprefix(_LICENCE) for text in found.get_all("Classifier") or () if _LICENCE in text]
    stated = [found["License"]] if found.get("License") and len(found["License"]) <= _LONGEST_NAME else []
    return [{"license": {"name": text}} for text in classified or stated]
