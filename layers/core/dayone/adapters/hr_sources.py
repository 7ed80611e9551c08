"""The configuration of HR systems that counts: the approved copy in a parameter of Systems Manager."""

import time
from collections.abc import Callable
from typing import ClassVar

from dayone.adapters.hr_parameters import SsmHrTexts
from dayone.domain.hr_sources import HrConfiguration
from dayone.errors import Invalid, Unavailable
from dayone.ports.hr import HrTexts

_LASTS_SECONDS = 60.0


class SsmHrSources:
    """The port HrSources over the approved text; what is written counts only while nothing was approved yet.

    What was read holds for a minute of `clock`, which counts seconds. When nothing can be read, or what is read is
    missing or wrong, what was read before goes on to count.
    """

    ACTIONS: ClassVar[frozenset[str]] = SsmHrTexts.ACTIONS

    def __init__(
        self,
        parameters: HrTexts,
        *,
        parse: Callable[[str], HrConfiguration],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parameters = parameters
        self._parse = parse
        self._clock = clock
        self._text = ""
        self._holds: HrConfiguration | None = None
        self._until = 0.0

    def configuration(self) -> HrConfiguration:
        """See HrSources; the reason of Unavailable has every mistake of a wrong text."""
        if self._holds is None:
            texts = self._parameters.texts()
            # A stack that was just deployed: whoever did that has set it up.
            return self._take(texts.approved or texts.written)
        if self._until <= self._clock():
            return self._take(self._approved_now())
        return self._holds

    def _approved_now(self) -> str:
        try:
            return self._parameters.texts().approved or self._text
        except Unavailable:
            return self._text

    def _take(self, text: str) -> HrConfiguration:
        self._until = self._clock() + _LASTS_SECONDS
        if self._holds is not None and text == self._text:
            return self._holds
        try:
            self._holds = self._parse(text)
        except Invalid as error:
            if self._holds is not None:
                return self._holds
            raise Unavailable(f"{error}: {'; '.join(error.findings)}") from error
        self._text = text
        return self._holds
