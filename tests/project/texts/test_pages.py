"""The pages are such that their commands can be run, and the rules for that tell right from wrong."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.pages import ROOT, fences, fences_of, pages, printed_as
from tests.project.repository import files, shown

# Made from the code, or by others; their sketches of requests are not commands.
_GENERATED = {"docs/cli.md", "docs/api-reference.md"}
_LANGUAGES = {"", "sh", "output", "yaml", "json", "python", "csv", "mermaid"}
_COMMAND = re.compile(
    r"^(?:\$ |aws |curl |dayone |eval |git |make |pip |python3? |sam |\.tools/|\w+=\$\()", flags=re.MULTILINE
)
_MOST_NOT_RUN = 10
_FENCES = [fence for path in pages() for fence in fences_of(path) if fence.page not in _GENERATED]


def test_commands_are_marked_as_such_so_that_they_are_run() -> None:
    assert {fence.place: fence.language for fence in _FENCES if fence.language not in _LANGUAGES} == {}
    assert [fence.place for fence in _FENCES if fence.language == "" and _COMMAND.search(fence.text)] == []


def test_few_commands_are_not_run_and_each_says_why() -> None:
    left_out = {fence.place: fence.not_run for fence in _FENCES if fence.not_run}
    assert len(left_out) <= _MOST_NOT_RUN
    assert {place for place, why in left_out.items() if len(why.split()) < 4} == set()


def test_what_is_printed_is_shown_below_the_commands_that_print_it() -> None:
    for before, fence in zip([None, *_FENCES], _FENCES, strict=False):
        if fence.language == "output":
            assert before is not None
            assert (before.page, before.language, before.not_run) == (fence.page, "sh", ""), fence.place


def test_every_link_to_a_heading_leads_to_one() -> None:
    links = [
        (path, *found)
        for path in files(".md")
        for found in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text(encoding="utf-8"))
    ]
    assert len(links) > 100
    assert [
        f"{shown(path)}: {page}#{name}"
        for path, page, name in links
        if name not in _headings((path.parent / page) if page else path)
    ] == []


def test_a_page_is_read_with_what_the_comments_say() -> None:
    text = (
        "Save it:\n\n<!-- save as a.yaml -->\n```yaml\nversion: 1\n```\n\n"
        "* Then:\n\n  <!-- not run: it asks\n  questions -->\n  ```sh\n  one\n    two\n  ```\n"
        "<!-- exits with 1 -->\n```sh\nthree\n```\n```\na sketch\n```\n"
    )
    saved, asks, fails, sketch = fences(text, page="page.md")
    assert (saved.file, saved.language, saved.line) == ("a.yaml", "yaml", 4)
    assert (asks.not_run, asks.text) == ("it asks questions", "one\n  two\n")
    assert (fails.status, fails.not_run, fails.language) == (1, "", "sh")
    assert (sketch.language, sketch.status) == ("", 0)


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("ID   STATE\n01KQ3ZJ4W7M8N5P6R7S8T9V0WX done\n", "ID STATE\n01M832GF4KVHNXYWFATYHXK2B5   done\n"),
        ("444455556666 at 2026-11-23 07:00:00Z", "067124276830 at 2027-01-01T08:00:00.123+00:00"),
        ("by …, request …", "by operation a@1, request 7"),
        ("one\n…\nfour", "one\ntwo\nthree\nfour"),
        ("one\n…\ntwo", "one\ntwo"),
        ("one\n\ntwo", "one\ntwo\n"),
    ],
)
def test_what_is_shown_is_what_is_printed_but_for_ids_and_times(page: str, printed: str) -> None:
    assert printed_as(page, printed=printed)


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("Plan: 4 to add", "Plan: 5 to add"),
        ("one", "one\ntwo"),
        ("one\n…\nfour", "one\nfour\nfive"),
        ("by …, request", "by nobody"),
        ("a.c", "abc"),
        ("444455556666", "4444555566667"),
    ],
)
def test_anything_else_is_found(page: str, printed: str) -> None:
    assert not printed_as(page, printed=printed)


@cache
def _headings(page: Path) -> set[str]:
    """The names by which GitHub links to the headings of a page."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)).lower().replace(" ", "-")
        for title in titles
    }


def test_an_installation_s_answers_are_kept_where_git_does_not_look() -> None:
    """`sam deploy --guided` writes into the file that --config-file names, and into samconfig.toml without one."""
    lines = [
        (fence.place, line)
        for page in pages()
        for fence in fences(page.read_text(encoding="utf-8"), page=shown(page))
        for line in fence.text.splitlines()
        if "sam deploy" in line
    ]
    assert len(lines) >= 2
    assert not [place for place, line in lines if "--config-file samconfig.local.toml" not in line]
    ignored = subprocess.run(["git", "check-ignore", "-q", "samconfig.local.toml"], cwd=ROOT, check=False)  # noqa: S607
    assert ignored.returncode == 0
    assert "parameter_overrides" not in (ROOT / "samconfig.toml").read_text()


@pytest.mark.parametrize(
    ("page", "step"),
    [
        ("README.md", "### Build and deploy\n"),
        ("docs/first-hour.md", "\ndayone login\n"),
        ("docs/people.md", "## When somebody is ready\n"),
    ],
)
def test_a_page_says_how_new_people_get_in_before_they_have_to(page: str, step: str) -> None:
    before, found, _ = (ROOT / page).read_text(encoding="utf-8").partition(step)
    assert found
    assert "switch on *send email otp*" in " ".join(before.replace("**", "").casefold().split())
