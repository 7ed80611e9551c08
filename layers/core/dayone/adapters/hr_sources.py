"""The configuration of HR systems, kept as YAML in a parameter of Systems Manager."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import never_rejected
from dayone.domain.hr_sources import HrConfiguration
from dayone.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_LASTS_SECONDS = 60.0


class SsmHrSources:
    """The port HrSources over a parameter; without one, what `parse` makes of an empty text holds.

    What was read holds for a minute of `clock`, which counts seconds. A text that is wrong changes nothing where a
    right one was read before.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameters"})

    def __init__(
        self,
        client: "SSMClient",
        *,
        parameter: str,
        parse: Callable[[str], HrConfiguration],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._parameter = parameter
        self._parse = parse
        self._clock = clock
        self._text: str | None = None
        self._holds: HrConfiguration | None = None
        self._until = 0.0

    def configuration(self) -> HrConfiguration:
        """See HrSources; the reason of Unavailable has every mistake of a wrong text."""
        if self._holds is None or self._until <= self._clock():
            text = self._read()
            self._until = self._clock() + _LASTS_SECONDS
            if self._holds is None or text != self._text:
                self._holds = self._parsed(text)
                self._text = text
        return self._holds

    def _read(self) -> str:
        # Of a list of names AWS says which are not there; the single call would raise for it.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._parameter])
        found = answer.get("Parameters", [])
        return found[0]["Value"] if found else ""

    def _parsed(self, text: str) -> HrConfiguration:
        try:
            return self._parse(text)
        except Invalid as error:
            if self._holds is not None:
                return self._holds
            raise Unavailable(f"{error}: {'; '.join(error.findings)}") from error
