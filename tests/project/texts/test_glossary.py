"""The glossary is short, in order, linked from the README, and has only words that the pages use."""

import re

import pytest

from tests.project.repository import ROOT

_MOST_WORDS = 25
_GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
WORDS = re.findall(r"^\| ([a-z ]+) \| (?!meaning)", _GLOSSARY, flags=re.MULTILINE)
_GENERATED = {"api-reference.md", "cli.md", "glossary.md"}
_PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    if path.name not in _GENERATED
}


def test_it_is_short_and_in_order() -> None:
    rows = [line for line in _GLOSSARY.splitlines() if line.startswith("| ")]
    assert len(rows) == len(WORDS) + 1
    assert 0 < len(WORDS) <= _MOST_WORDS
    assert sorted(set(WORDS)) == WORDS


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_used_on_more_than_one_page(word: str) -> None:
    plural = word.replace("entry", "entr(y|ie)").replace("policy", "polic(y|ie)")
    pages = [path for path, text in _PAGES.items() if re.search(rf"\b{plural}s?\b", text, flags=re.IGNORECASE)]
    assert len(pages) > 1


def test_the_readme_and_the_list_of_pages_link_it() -> None:
    assert "(docs/glossary.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(glossary.md)" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
