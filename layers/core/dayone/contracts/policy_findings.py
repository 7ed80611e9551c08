"""What is wrong with a policy, mistake by mistake, each with the place to look at and the way to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from dayone.errors import Invalid

# More would help nobody, and an answer that lists them all could outgrow what Lambda may return.
MOST_LISTED = 200
_LONGEST_SAID = 400
_MOST_COMPARED, _LONGEST_WORD = 300, 128


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake: the file, line and column it is at, counted from 1, and what is wrong with its mend."""

    file: str
    line: int
    column: int
    said: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.said[:_LONGEST_SAID]}"


def invalid_policy(findings: Iterable[Finding]) -> Invalid:
    """The error for these mistakes, in reading order, each as `file:line:column: what is wrong, and the fix`."""
    ordered = sorted(set(findings))
    listed = [str(finding) for finding in ordered[:MOST_LISTED]]
    if len(ordered) > len(listed):
        listed.append(f"{ordered[-1].file}: and {len(ordered) - len(listed)} more mistakes that are not listed")
    count = f"{len(ordered)} mistakes" if len(ordered) > 1 else "1 mistake"
    return Invalid(f"The policy has {count}; the policy in force stays as it is.", findings=tuple(listed))


def suggestion(word: str, *, known: Iterable[str]) -> str:
    """Which known word was probably meant, or all there are when none is near."""
    there = sorted(known)
    # To compare with each of thousands takes seconds, for each mistake.
    near = get_close_matches(word[:_LONGEST_WORD], there, n=1) if len(there) <= _MOST_COMPARED else []
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known are {', '.join(f'`{one}`' for one in there[:20])}" if there else "there are none"
