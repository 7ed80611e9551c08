"""One read of Identity Center that says that it answers, for the status and for the alarm on its silence."""

from dataclasses import dataclass

from dayone.errors import DayOneError
from dayone.ports.setup import InstanceSight

_USABLE = "ACTIVE"


@dataclass(frozen=True, kw_only=True)
class Center:
    """The instance of Identity Center that Day One works on."""

    sight: InstanceSight
    arn: str

    def why_unanswered(self) -> str:
        """Return the reason why it does not answer, or is not usable; empty when it is fine."""
        try:
            seen = self.sight.instance(self.arn)
        except DayOneError as error:
            # AWS's own words name ARNs and callers; the code before them is the kind of error.
            return str(error).partition(":")[0]
        return "" if seen.status == _USABLE else f"the instance is {seen.status or 'of no known state'}"
