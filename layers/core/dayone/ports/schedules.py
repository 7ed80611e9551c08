"""What the use cases need to be woken at a moment."""

from datetime import datetime
from typing import Protocol


class Schedules(Protocol):
    """Alarm clocks, each of which rings once."""

    def wake_at(self, moment: datetime) -> None:
        """Have what is due looked for at `moment`, which is to come; asking twice for one moment is harmless."""
