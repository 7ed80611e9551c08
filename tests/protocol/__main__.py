"""Prove the executor's protocol: every state of its model, every endless run, and every deliberate fault refused."""

import sys
from collections.abc import Iterator
from time import monotonic

from tests.protocol.proof import FAULTS, SCENES, Verdict, check, spin


def main() -> int:
    """Print a line for each check; return 1 when one of them does not come out as it should."""
    if spin() is None:
        sys.stdout.write("No SPIN or no gcc here: the protocol is not checked.\n")
        return 0
    is_proven = True
    for line, is_right in _lines():
        is_proven = is_proven and is_right
        sys.stdout.write(f"{'ok   ' if is_right else 'WRONG'} {line}\n")
        sys.stdout.flush()
    return 0 if is_proven else 1


def _lines() -> Iterator[tuple[str, bool]]:
    for scene, text in SCENES.items():
        for faults, is_progress in ((2, False), (1, True)):
            began = monotonic()
            verdict = check(scene, faults=faults, is_progress=is_progress)
            what = "comes to rest" if is_progress else "keeps its rules"
            yield f"{text}, {faults} faults: it {what}; {_counted(verdict, monotonic() - began)}", verdict.is_kept
    for fault in FAULTS:
        verdict = check(fault.scene, faults=1, fault=fault.name)
        yield f"refused: {fault.what}; {verdict.violated or 'NOT refused'}", bool(verdict.violated)


def _counted(verdict: Verdict, seconds: float) -> str:
    cut = "" if verdict.is_complete else ", and not all"
    return f"{verdict.states:,} states{cut}, {seconds:.0f} s; {verdict.violated or 'no violation'}"


if __name__ == "__main__":
    sys.exit(main())
