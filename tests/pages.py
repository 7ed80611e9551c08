"""The pages that people read, as a machine reads them: the commands to type, what these print, the files to save.

Commands are in fences marked `sh`. A comment on the line before a fence says what else there is to know:

    <!-- save as policy.yaml -->   the fence is a file that the commands below it use
    <!-- exits with 1 -->          the commands end with this status, and are to
    <!-- not run: REASON -->       nobody can run this on one machine, or not without being asked

A fence marked `output` is what the commands before it print, see `printed_as`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", flags=re.DOTALL | re.MULTILINE)
_REMARK = re.compile(r"<!-- (save as|exits with|not run:) ((?:(?!-->).)+) -->\s*$", flags=re.DOTALL)
# What differs from one time to the next, in what is printed as in what is shown.
_DIFFERS = (
    (r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "CHANGE"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?)?", "TIME"),
    (r"\b\d{12}\b", "ACCOUNT"),
    (r"\bmsg_[0-9a-f]{32}\b", "DELIVERY"),
    (r"@\d+-[0-9a-f]{8}\b", "@GENERATION"),
    (r"AWSReservedSSO_(\w+?)_[0-9a-f]{16}", r"AWSReservedSSO_\1_ID"),
    (r"http://127\.0\.0\.1:\d+[^\s,]*", "URL"),
)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """One fence of a page: its language, its text without the indentation, and what the comment before it says."""

    page: str
    line: int
    language: str
    text: str
    file: str = ""
    status: int = 0
    not_run: str = ""

    @property
    def place(self) -> str:
        """Position for an editor."""
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """The README and the documents beside it whose commands are run."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def fences(text: str, *, page: str) -> Iterator[Fence]:
    """Every fence of a page, from its top to its end."""
    for found in _FENCE.finditer(text):
        indentation, language, body = found.groups()
        lines = [line.removeprefix(indentation) for line in body.splitlines()]
        remark = _REMARK.search(text, 0, found.start())
        said = {remark[1]: " ".join(remark[2].split())} if remark else {}
        yield Fence(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=language,
            text="\n".join(lines) + "\n",
            file=said.get("save as", ""),
            status=int(said.get("exits with", "0")),
            not_run=said.get("not run:", ""),
        )


def fences_of(path: Path) -> list[Fence]:
    """Every fence of a page of the repository."""
    return list(fences(path.read_text(encoding="utf-8"), page=str(path.relative_to(ROOT))))


def printed_as(shown: str, *, printed: str) -> bool:
    """Return whether a page shows the printed output.

    Ids, times and column widths do not count. `…` in a line stands for anything, alone on one for any lines.
    """
    parts = [_line(line) for line in shown.splitlines() if line.strip()]
    lines = [_plain(line) for line in printed.splitlines() if line.strip()]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in lines)) is not None


def _line(shown: str) -> str:
    if shown.strip() == "…":
        return r"(?:[^\n]*\n)*"
    return "[^\n]*".join(re.escape(part) for part in _plain(shown).split("…")) + "\n"


def _plain(line: str) -> str:
    for differs, name in _DIFFERS:
        line = re.sub(differs, name, line)
    return " ".join(line.split())
