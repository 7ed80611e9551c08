"""Tests by the lines of Day One that they go through, and how long each of them takes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import dayone

ROOT = Path(str(dayone.__file__)).parent
REPOSITORY = Path(__file__).resolve().parents[2]
type Line = tuple[str, int]


@dataclass
class Lines:
    """Tests in the order in which they ran; of each line the numbers of its tests, as the bits of an integer.

    `files` are digests of the files as they were then: the lines of one that has changed since are others. `gone` are
    tests that are not there any more, with which pytest would not run the others.
    """

    tests: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    of_line: dict[Line, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def add(self, test: str, lines: Iterable[Line], *, seconds: float) -> None:
        bit = 1 << len(self.tests)
        self.tests.append(test)
        self.seconds.append(seconds)
        for line in lines:
            self.of_line[line] = self.of_line.get(line, 0) | bit

    def through(self, line: Line) -> Sequence[str]:
        """Return the tests that go through a line of a file, those first that take the shortest time."""
        bits = self.of_line.get(line, 0)
        found = [number for number, test in enumerate(self.tests) if bits >> number & 1 and test not in self.gone]
        return [self.tests[number] for number in sorted(found, key=self.seconds.__getitem__)]

    def seconds_of(self, test: str) -> float:
        return self.seconds[self.tests.index(test)]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        of_line = {f"{name}:{number}": f"{bits:x}" for (name, number), bits in self.of_line.items()}
        whole = {"tests": self.tests, "seconds": self.seconds, "lines": of_line, "files": digests()}
        path.write_text(json.dumps(whole), "utf-8")


def digests() -> Mapping[str, str]:
    """Return the digest of every file of Day One as it is now, by its path."""
    paths = sorted(ROOT.rglob("*.py"))
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def read_lines(paths: Iterable[Path]) -> Lines:
    """Return what several recordings have recorded of files that are still as they were."""
    found, now = Lines(files=dict(digests())), digests()
    for path in paths:
        recorded = json.loads(path.read_text("utf-8"))
        moved = len(found.tests)
        found.tests += recorded["tests"]
        found.seconds += recorded["seconds"]
        for place, bits in recorded["lines"].items():
            name, _, number = place.rpartition(":")
            if recorded["files"].get(name) != now.get(name):
                found.files.pop(name, None)
                continue
            line = (name, int(number))
            found.of_line[line] = found.of_line.get(line, 0) | int(bits, 16) << moved
    found.gone = frozenset(_gone(found.tests))
    return found


def _gone(tests: Iterable[str]) -> Iterator[str]:
    """Yield the tests whose file is not there, or has no function of that name any more."""
    by_file = groupby(sorted(tests), key=lambda test: test.partition("::")[0])
    for name, within in by_file:
        path = REPOSITORY / name
        text = path.read_text("utf-8") if path.exists() else ""
        yield from (test for test in within if f"def {_function_of(test)}(" not in text)


def _function_of(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]
