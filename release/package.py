"""What a release consists of: what is deployed, the command, the bill of materials, and the digests of all of them."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from release.bill_of_materials import bill_of_materials
from release.commands import run
from release.version import NotReleasable, current_version

BUILD = Path(".aws-sam/build")
# Beside what was built, whoever deploys needs these; the stack that hands events on has nothing to build.
_BESIDE = ("samconfig.toml", "template-forwarder.yaml", "CHANGELOG.md", "LICENSE")
_EXECUTABLE_BITS, _MODE = 0o111, 0o644
# Of before it a zip file knows nothing.
_FIRST_YEAR = 1980


def package(root: Path, *, into: Path, uv: Path, python: Path) -> list[Path]:
    """Write a release of what was built in a tree, and return the files.

    Raises NotReleasable for a tree without a build. The same commit makes the same files: they have its time. A commit
    that is not the release's own is in their name.
    """
    if not (root / BUILD / "template.yaml").exists():
        raise NotReleasable(f"{BUILD} is not there: run `make build`")
    version, at = current_version(root), _time_of_commit(root)
    name = f"dayone-{version}{_suffix(root, version=version)}"
    into.mkdir(parents=True, exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    deployed, bill = into / f"{name}.zip", into / f"{name}.cdx.json"
    write_archive(deployed, root=root, folder=name, at=at)
    bill.write_text(json.dumps(bill_of_materials(root, version=version, at=at), indent=2) + "\n", encoding="utf-8")
    command: list[str | Path] = [
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        python,
        "--out-dir",
        into,
        root,
    ]
    run(*command, root=root, SOURCE_DATE_EPOCH=str(int(at.timestamp())))
    (into / ".gitignore").unlink(missing_ok=True)
    return [*write_digests(into)]


def write_archive(file: Path, *, root: Path, folder: str, at: datetime) -> None:
    """Write what was built, and what a deployment needs beside it, into a zip file, all of it in one folder."""
    built = root / BUILD
    members = {path.relative_to(built).as_posix(): path for path in built.rglob("*") if path.is_file()}
    members |= {name: root / name for name in _BESIDE}
    stamp = max(at, datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)).timetuple()[:6]
    with zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(members.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=stamp)
            entry.external_attr = (_MODE | (path.stat().st_mode & _EXECUTABLE_BITS)) << 16
            archive.writestr(entry, path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)


def write_digests(folder: Path) -> Iterable[Path]:
    """Write the SHA-256 of each file of a folder as `sha256sum --check` reads it; return the files."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(lines), encoding="utf-8")
    return [*files, sums]


def _suffix(root: Path, *, version: str) -> str:
    """Return what tells a commit from the one with the tag of the version; empty for that one."""
    tags = run("git", "tag", "--points-at", "HEAD", root=root).split()
    changed = run("git", "status", "--porcelain", root=root)
    if f"v{version}" in tags and not changed:
        return ""
    return f"-{run('git', 'rev-parse', '--short', 'HEAD', root=root)}{'-changed' if changed else ''}"


def _time_of_commit(root: Path) -> datetime:
    return datetime.fromtimestamp(int(run("git", "log", "-1", "--format=%ct", root=root)), UTC)
