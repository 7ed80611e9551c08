"""Mutants that change nothing that anybody could see, each with the argument for that."""

from dataclasses import dataclass
from pathlib import Path

from tests.mutate.lines import ROOT
from tests.simulation.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """A mutant by its file, function, words and line as it is written, which stay when lines above it move."""

    path: str
    function: str
    words: str
    text: str
    because: str

    def is_of(self, mutant: Mutant) -> bool:
        return (self.path, self.function, self.words, self.text) == identity(mutant)


def identity(mutant: Mutant) -> tuple[str, str, str, str]:
    """Return the words by which a mutant is listed."""
    path = Path(mutant.path)
    text = path.read_text("utf-8").splitlines()[mutant.line - 1].strip()
    return str(path.relative_to(ROOT)), mutant.function, mutant.words, text


def why_equivalent(mutant: Mutant) -> str:
    """Return the argument that a mutant changes nothing, or empty."""
    return next((each.because for each in EQUIVALENTS if each.is_of(mutant)), "")


EQUIVALENTS: tuple[Equivalent, ...] = (
    Equivalent(
        path="model/dependencies.py",
        function="digest_of",
        words="16 becomes 17",
        text="return hashlib.sha256(text.encode()).hexdigest()[:16]",
        because="A digest is compared only with others of this function, and 17 digits distinguish what 16 do.",
    ),
    Equivalent(
        path="adapters/aws/rate_limiter.py",
        function="CallGate._wait_for_spare",
        words="Gt becomes GtE",
        text="if spare - began > _LONGEST_WAIT:",
        because="Nothing says whether a wait of two seconds, to the microsecond, is too long, and none is made so.",
    ),
)
