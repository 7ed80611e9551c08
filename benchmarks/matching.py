"""Cost of matching as patterns grow to the longest allowed in a policy or a request: linear for any author.

Each figure is how many times longer a pattern of 16 times the length takes, within this run. Linear growth is 16;
anything that repeats earlier attempts is 256 or does not end.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count

from benchmarks.figures.measuring import Figure, least_seconds, report, wants_json
from dayone.api.params import LARGEST_POLICY
from dayone.model.policy.rules import Condition
from dayone.policy.matching import fits
from dayone.policy.ou_paths import is_under, path_of

TIMES, ROUNDS = 16, 3
BOUND = 2.0 * TIMES
# AWS Organizations: names of 128 characters, five levels below the root. HR texts are longer only by mistake.
PATH = path_of(["a" * 128] * 5)
TEXT = "a" * 1024
PATHS: Mapping[str, Callable[[int], str]] = {
    "path_of_stars": lambda length: "/" + "*" * (length - 2) + "z",
    "path_of_stars_and_letters": lambda length: "/" + "*a" * (length // 2) + "b",
    "path_of_levels": lambda length: "/*" * (length // 2) + "z",
    "path_of_backslashes": lambda length: "/" + "\\" * (length - 3) + "*z",
}
GLOBS: Mapping[str, Callable[[int], str]] = {
    "glob_of_stars": lambda length: "*" * (length - 1) + "z",
    "glob_of_stars_and_letters": lambda length: "*a" * (length // 2) + "b",
    "glob_of_marks": lambda length: "*" + "?" * (length - 2) + "z",
    "glob_of_brackets": lambda length: "*[ab]" * (length // 5) + "z",
}


def _match_path(pattern: str) -> None:
    is_under(pattern, PATH)


def _match_text(pattern: str) -> None:
    fits(Condition("title", any_of=(pattern,)), TEXT)


def _anew(match: Callable[[str], None], pattern: str, *, numbers: Iterator[int]) -> None:
    # What is compiled is remembered by its text, so each round brings another.
    match(f"{pattern}{next(numbers)}")


def measured() -> Iterator[Figure]:
    """One figure for each kind of pattern."""
    numbers = count()
    for kinds, match in ((PATHS, _match_path), (GLOBS, _match_text)):
        for name, pattern_of in kinds.items():
            tasks = {
                length: partial(_anew, match, pattern_of(length), numbers=numbers)
                for length in (LARGEST_POLICY // TIMES, LARGEST_POLICY)
            }
            seconds = least_seconds({str(length): task for length, task in tasks.items()}, rounds=ROUNDS)
            short, long = seconds.values()
            yield Figure(name, long / short, BOUND)


if __name__ == "__main__":
    wants = wants_json(__doc__ or "")
    report(measured(), notes=[f"times longer at {TIMES} times the length, up to {LARGEST_POLICY:,}"], as_json=wants)
