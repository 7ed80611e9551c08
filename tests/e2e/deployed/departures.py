"""Has Python programs note, and be refused, whatever would leave this machine."""

from dataclasses import dataclass
from pathlib import Path

from tests.pages import ROOT


@dataclass(frozen=True, kw_only=True)
class Departures:
    """Connections attempted by programs run in this environment; the notes are in the folder."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables of such a program."""
        return {"PYTHONPATH": str(ROOT / "tests" / "e2e" / "no_names"), "LEFT_THE_MACHINE": str(self._notes)}

    def noted(self) -> list[str]:
        """Each attempt: the name or address, and the program's command line."""
        return self._notes.read_text(encoding="utf-8").splitlines() if self._notes.exists() else []

    @property
    def _notes(self) -> Path:
        return self.folder / "notes"
