"""Make a release: `python -m release version 0.2.0` commits and tags it, `… package` writes its files."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from release.commands import run
from release.package import package
from release.version import NotReleasable, set_version

_ROOT = Path(__file__).resolve().parents[1]
_INTO = _ROOT / "build/release"


def release(version: str) -> None:
    """Write a version into the tree, commit it and tag the commit."""
    if run("git", "status", "--porcelain", root=_ROOT):
        raise NotReleasable("there are uncommitted changes: commit them, or put them aside")
    if run("git", "tag", "--list", f"v{version}", root=_ROOT):
        raise NotReleasable(f"there is a tag v{version} already")
    files = set_version(_ROOT, version, today=datetime.now(UTC).date())
    run("git", "commit", "--quiet", "--message", f"release: make it {version}", *files, root=_ROOT)
    run("git", "tag", "--annotate", "--message", f"Day One {version}", f"v{version}", root=_ROOT)
    print(f"Committed and tagged v{version}. Next: make test, make package, git push --follow-tags")


def main(*words: str) -> int:
    """Do what the words say; return the exit code."""
    try:
        match words:
            case ("version", version):
                release(version)
            case ("package",):
                uv, python = _ROOT / ".tools/uv/bin/uv", _ROOT / ".venv/bin/python"
                for file in package(_ROOT, into=_INTO, uv=uv, python=python):
                    print(file.relative_to(_ROOT))
            case _:
                print("Say `version MAJOR.MINOR.PATCH` or `package`", file=sys.stderr)
                return 2
    except NotReleasable as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
