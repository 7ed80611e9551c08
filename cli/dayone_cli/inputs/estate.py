"""Everything that the last inventory has read, from the API, kept in a file so that an interrupted command goes on."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dayone_cli.failures import Misused
from dayone_cli.output.lists import MOST
from dayone_cli.output.words import moment
from dayone_cli.run import Run

if TYPE_CHECKING:
    from dayone.takeover.estate import Estate

type Json = Mapping[str, Any]

# What --resume keeps: lines of these members, and how each begins.
_PAGE, _BEGINS = frozenset({"section", "inventory", "cursor", "resources"}), '{"section": "'
_SECTIONS = ("permission-sets", "groups", "users", "memberships", "assignments")


def read_estate(run: Run, *, file: Path | None) -> "Estate":
    """Read everything, all resources from one inventory; raise the Failure of an API that has none.

    What is in the file is read from there, and what is read is added to it, as long as that inventory is the last.
    """
    from dayone.takeover.estate import Estate

    first: dict[str, Any] = run.api.read("/v1/inventory/resources", {"section": _SECTIONS[0]})
    estate = Estate(as_of=first["as_of"], now=datetime.now(UTC))
    with _progress(run, as_of=estate.as_of) as tell:
        for page in _pages(run, inventory=first["inventory"], file=file):
            estate.add_resources(page["resources"])
            tell(page)
    run.screen.say("Reading accounts and people …")
    for answer in run.api.pages("/v1/accounts", {}, most=MOST):
        estate.add_accounts(answer["accounts"])
    for answer in run.api.pages("/v1/people", {}, most=MOST):
        estate.add_people(answer["people"])
    return estate


def _pages(run: Run, *, inventory: str, file: Path | None) -> Iterator[Json]:
    """Yield the pages of all sections: first those of the file, then those that are left."""
    kept = _kept(file, inventory=inventory)
    yield from kept
    done = {page["section"] for page in kept if not page["cursor"]}
    with _written(file, kept) as keep:
        for section in _SECTIONS:
            if section in done:
                continue
            cursor = next((page["cursor"] for page in reversed(kept) if page["section"] == section), "")
            query = {"section": section, "inventory": inventory}
            for answer in run.api.pages("/v1/inventory/resources", {**query, "cursor": cursor}, most=None):
                page = {**query, "cursor": answer.get("cursor") or "", "resources": answer["resources"]}
                keep(page)
                yield page


def _kept(file: Path | None, *, inventory: str) -> list[Json]:
    """Return the pages of this inventory in a file; the last line may have been cut off, all others are pages."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines() if file and file.exists() else []
    except OSError as error:
        raise Misused("The file cannot be read", detail=f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise _something_else(file) from error
    pages = [_page_in(line) for line in lines]
    was_cut_off = bool(pages) and pages[-1] is None and (len(pages) > 1 or _BEGINS.startswith(lines[0][: len(_BEGINS)]))
    found = [page for page in (pages[:-1] if was_cut_off else pages) if page is not None]
    if len(found) != len(pages) - was_cut_off:
        raise _something_else(file)
    return [page for page in found if page["inventory"] == inventory]


def _page_in(line: str) -> Json | None:
    """Return the page in a line, None for anything else."""
    try:
        page = json.loads(line)
    except ValueError:
        return None
    return page if isinstance(page, dict) and page.keys() == _PAGE else None


def _something_else(file: Path | None) -> Misused:
    detail = f"{file} has no inventory that --resume has kept, and would be overwritten: name another file"
    return Misused("The file is something else", detail=detail)


@contextmanager
def _written(file: Path | None, kept: Sequence[Json]) -> Iterator[Callable[[Json], None]]:
    """Yield what adds a page to those that are kept, in a file that only its owner may read."""
    if file is None:
        yield lambda _page: None
        return
    try:
        file.touch(mode=0o600)
        with file.open("w", encoding="utf-8") as out:

            def keep(page: Json) -> None:
                out.write(json.dumps(page) + "\n")
                out.flush()

            for page in kept:
                keep(page)
            yield keep
    except OSError as error:
        raise Misused("The file cannot be written", detail=f"{file}: {error}") from error


@contextmanager
def _progress(run: Run, *, as_of: str) -> Iterator[Callable[[Json], None]]:
    """Yield what is told of each page that was read: a bar of the sections on a terminal, and else one line."""
    what = f"Reading the inventory of {moment(as_of)}"
    if not run.screen.err.isatty():
        run.screen.say(f"{what} …")
        yield lambda _page: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[read]}"), TimeElapsedColumn())
    with Progress(*columns, console=run.screen.errors, transient=True) as bar:
        task, number = bar.add_task(what, total=len(_SECTIONS), read=""), 0

        def tell(page: Json) -> None:
            nonlocal number
            number += len(page["resources"])
            bar.update(task, advance=0 if page["cursor"] else 1, read=f"{number:,} rows, {page['section']}")

        yield tell
