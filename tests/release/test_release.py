"""Making a release: its version in every place, a changelog that says what to do, an archive, a bill of materials."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dayone import RELEASE
from release.bill_of_materials import LOCK_FILES, bill_of_materials, pinned_in
from release.package import BUILD, package, write_archive, write_digests
from release.version import PLACES, NotReleasable, current_version, dated, set_version
from tests.project.repository import ROOT

TODAY, NOW = date(2026, 12, 1), datetime(2026, 12, 1, 9, tzinfo=UTC)
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### When you upgrade\n\nNothing.\n\n## [0.1.0]\n\nThe first.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with what a release touches, as it is here, and a changelog of its own."""
    tree = tmp_path / "tree"
    for file in (*(place.file for place in PLACES), *LOCK_FILES.values()):
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tree / file)
    (tree / "CHANGELOG.md").write_text(CHANGELOG)
    return tree


# The version


def test_a_version_is_written_wherever_it_stands(tree: Path) -> None:
    changed = set_version(tree, "7.0.1", today=TODAY)
    assert set(changed) == {place.file for place in PLACES} | {"CHANGELOG.md"}
    assert current_version(tree) == "7.0.1"
    for place in PLACES:
        assert f"{place.before}7.0.1{place.behind}" in (tree / place.file).read_text()
    assert "## [7.0.1] - 2026-12-01" in (tree / "CHANGELOG.md").read_text()


def test_no_other_place_of_the_project_has_the_version() -> None:
    command = ["git", "grep", "-lF", RELEASE]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)  # noqa: S603
    named = {file for file in listed.stdout.splitlines() if re.search(rf"(?i)release\W+{RELEASE}", _text(file))}
    # The others show an example, which need not be of this release.
    examples = ("tests/", "docs/openapi.json", "docs/api-reference.md", "layers/core/dayone/api/schemas/")
    assert {file for file in named if not file.startswith(examples)} <= {place.file for place in PLACES}


def _text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8", errors="ignore")


@pytest.mark.parametrize("version", [RELEASE, "0.0.9", "1.0", "v9.0.0", "", "9.0.0-rc1"])
def test_a_version_that_is_none_or_not_later_is_refused_before_anything_is_written(tree: Path, version: str) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    with pytest.raises(NotReleasable, match="no version later"):
        set_version(tree, version, today=TODAY)
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_a_place_that_has_lost_the_version_is_named(tree: Path) -> None:
    (tree / "template.yaml").write_text("Metadata: {}\n")
    with pytest.raises(NotReleasable, match=r"template\.yaml does not have"):
        set_version(tree, "7.0.1", today=TODAY)
    assert current_version(tree) == RELEASE


def test_what_was_unreleased_is_the_release_s_and_what_comes_next_has_room() -> None:
    text = dated(CHANGELOG, version="0.2.0", today=TODAY)
    assert text.index("## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### When you upgrade") < text.index("## [0.1.0]")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (CHANGELOG.replace("### When you upgrade", "### Added"), "say what an operator has to do"),
        (CHANGELOG.replace("### When you upgrade\n\nNothing.\n\n", ""), "nothing under"),
        ("# Changelog\n", "nothing under"),
    ],
)
def test_a_changelog_that_does_not_say_what_an_operator_does_is_refused(text: str, missing: str) -> None:
    with pytest.raises(NotReleasable, match=missing):
        dated(text, version="0.2.0", today=TODAY)


def test_the_changelog_of_this_tree_could_be_released() -> None:
    assert "## [99.0.0]" in dated(_text("CHANGELOG.md"), version="99.0.0", today=TODAY)


def _git(tree: Path, *words: str) -> str:
    identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"]
    ran = subprocess.run(["git", *identity, *words], cwd=tree, capture_output=True, check=True, text=True)  # noqa: S603, S607
    return ran.stdout.strip()


@pytest.fixture
def repository(tree: Path) -> Path:
    """The same, under git, with the modules that make a release."""
    shutil.copytree(ROOT / "release", tree / "release", ignore=shutil.ignore_patterns("__pycache__"))
    _git(tree, "init", "--quiet")
    for name, value in (("user.name", "Nobody"), ("user.email", "nobody@example.com")):
        _git(tree, "config", name, value)
    (tree / ".gitignore").write_text("__pycache__/\n/build/\n/.aws-sam/\n")
    _git(tree, "add", ".")
    _git(tree, "commit", "--quiet", "--message", "tree: begin")
    return tree


def _made(tree: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "release", *words]
    return subprocess.run(command, cwd=tree, capture_output=True, check=False, text=True)  # noqa: S603


def test_a_release_is_a_commit_with_a_tag(repository: Path) -> None:
    made = _made(repository, "version", "7.0.1")
    assert (made.returncode, made.stderr) == (0, "")
    assert _git(repository, "status", "--porcelain") == ""
    assert _git(repository, "log", "-1", "--format=%s") == "release: make it 7.0.1"
    assert _git(repository, "tag", "--points-at", "HEAD") == "v7.0.1"


def test_a_changed_tree_a_taken_tag_and_a_word_too_few_are_refused(repository: Path) -> None:
    (repository / "CHANGELOG.md").write_text(CHANGELOG + "more\n")
    assert _made(repository, "version", "7.0.1").returncode == 1
    _git(repository, "checkout", "--quiet", "CHANGELOG.md")
    _git(repository, "tag", "v7.0.1")
    assert "there is a tag v7.0.1 already" in _made(repository, "version", "7.0.1").stderr
    assert _made(repository).returncode == 2


# What it consists of


def _build_into(tree: Path) -> None:
    built = tree / BUILD
    (built / "PlanChangesFunction").mkdir(parents=True)
    (built / "template.yaml").write_text("Resources: {}\n")
    (built / "PlanChangesFunction/app.py").write_text("x = 1\n")
    for name in ("samconfig.toml", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)


def test_an_archive_has_what_is_deployed_in_one_folder_and_is_the_same_each_time(tree: Path, tmp_path: Path) -> None:
    _build_into(tree)
    files = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for file in files:
        write_archive(file, root=tree, folder="dayone-7.0.1", at=NOW)
        (tree / BUILD / "template.yaml").touch()
    assert files[0].read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(files[0]) as archive:
        names = [name.removeprefix("dayone-7.0.1/") for name in archive.namelist()]
        assert archive.read("dayone-7.0.1/template.yaml") == b"Resources: {}\n"
    assert names == [
        "CHANGELOG.md",
        "LICENSE",
        "PlanChangesFunction/app.py",
        "samconfig.toml",
        "template-forwarder.yaml",
        "template.yaml",
    ]


def test_digests_are_as_sha256sum_checks_them(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"x")
    write_digests(tmp_path)
    assert (tmp_path / "SHA256SUMS").read_text() == f"{hashlib.sha256(b'x').hexdigest()}  a.zip\n"


def test_nothing_is_packaged_that_was_not_built(repository: Path) -> None:
    with pytest.raises(NotReleasable, match="make build"):
        package(repository, into=repository / "build/release", uv=Path("uv"), python=Path(sys.executable))


def _uv_for_tests(folder: Path) -> Path:
    """Return a program that makes a wheel of nothing, as uv is called."""
    program = folder / "uv"
    find = 'for word; do [ "$last" = --out-dir ] && into=$word; last=$word; done'
    program.write_text(f'#!/bin/sh\n{find}\n: > "$into/dayone.whl"\n')
    program.chmod(0o755)
    return program


def test_the_files_of_a_tagged_commit_have_its_version_and_those_of_another_the_commit(
    repository: Path, tmp_path: Path
) -> None:
    _build_into(repository)
    _git(repository, "add", ".")
    _git(repository, "commit", "--quiet", "--message", "tree: build")
    into, uv = repository / "build/release", _uv_for_tests(tmp_path)
    commit = _git(repository, "rev-parse", "--short", "HEAD")
    files = package(repository, into=into, uv=uv, python=Path(sys.executable))
    assert {file.name for file in files} == {
        f"dayone-{RELEASE}-{commit}.zip",
        f"dayone-{RELEASE}-{commit}.cdx.json",
        "dayone.whl",
        "SHA256SUMS",
    }
    assert _made(repository, "version", "7.0.1").returncode == 0
    files = package(repository, into=into, uv=uv, python=Path(sys.executable))
    assert {file.name for file in files} == {"dayone-7.0.1.zip", "dayone-7.0.1.cdx.json", "dayone.whl", "SHA256SUMS"}


# The bill of materials


def test_the_bill_lists_every_package_that_the_lock_files_pin() -> None:
    bill = bill_of_materials(ROOT, version="7.0.1", at=NOW)
    pinned = {
        f"{name}@{version}"
        for file in LOCK_FILES.values()
        for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", _text(file), re.MULTILINE)
    }
    assert {f"{each['name']}@{each['version']}" for each in bill["components"]} == pinned
    assert len(bill["components"]) == len({each["bom-ref"] for each in bill["components"]})
    parts = {
        each["name"]: {prop["value"] for prop in each["properties"] if prop["name"] == "dayone:part"}
        for each in bill["components"]
    }
    assert (parts["boto3"], parts["rich"]) == ({"functions", "command"}, {"command"})
    assert all(each["licenses"] for each in bill["components"])


def test_the_bill_says_what_needs_what() -> None:
    bill = bill_of_materials(ROOT, version="7.0.1", at=NOW)
    needs = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    names = {each["bom-ref"]: each["name"] for each in bill["components"]}
    assert needs.keys() == {"pkg:generic/dayone@7.0.1", *names}
    assert {name for refs in needs.values() for name in refs} == set(names)
    by_name = {names.get(ref, ref): {names[other] for other in refs} for ref, refs in needs.items()}
    assert by_name["boto3"] == {"botocore", "jmespath", "s3transfer"}
    assert "boto3" in by_name["pkg:generic/dayone@7.0.1"]


def test_the_bill_has_what_cyclonedx_asks_for_and_is_the_same_each_time() -> None:
    bill = bill_of_materials(ROOT, version="7.0.1", at=NOW)
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert bill["metadata"]["timestamp"] == "2026-12-01T09:00:00+00:00"
    assert json.dumps(bill) == json.dumps(bill_of_materials(ROOT, version="7.0.1", at=NOW))


def test_a_lock_file_is_read_with_its_digests_and_its_reasons() -> None:
    first, second = pinned_in(
        f"""# made by a tool
b==1.0 \\
    --hash=sha256:{"1" * 64} \\
    --hash=sha256:{"2" * 64}
    # via -r requirements/x.in
a==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:{"3" * 64}
    # via
    #   -r requirements/x.in
    #   b
"""
    )
    assert (first.name, first.version, first.digests) == ("b", "1.0", ("1" * 64, "2" * 64))
    assert (first.needed_by, second.needed_by) == (frozenset(), frozenset({"b"}))
    assert second.purl == "pkg:pypi/a@2.0"
