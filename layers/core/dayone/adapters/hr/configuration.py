"""The HR configuration in Systems Manager: as operators write it, and the approved copy that counts."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.errors import Invalid, Unavailable
from dayone.model.hr.sources import DEFAULT, HrConfiguration
from dayone.ports.hr import ConfigurationTexts, HrTexts

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class SsmHrTexts:
    """The port HrTexts; without a written parameter the default configuration is written."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameters"})

    def __init__(self, client: "SSMClient", *, written: str, approved: str) -> None:
        self._client = client
        self._written = written
        self._approved = approved

    def texts(self) -> ConfigurationTexts:
        """See HrParameters."""
        # For a list of names AWS reports the missing ones; the call for a single name would raise.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._written, self._approved])
        values = {parameter["Name"]: parameter["Value"] for parameter in answer.get("Parameters", [])}
        return ConfigurationTexts(written=values.get(self._written) or DEFAULT, approved=values.get(self._approved, ""))


class SsmHrParameters(SsmHrTexts):
    """The port HrParameters."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameterHistory", "ssm:GetParameters", "ssm:PutParameter"})

    def authors(self, text: str) -> tuple[str, ...]:
        """See HrParameters; Systems Manager keeps the last hundred versions of a parameter.

        Source: Systems Manager API, ParameterHistory: LastModifiedUser is the ARN of the user who has changed it.
        """
        with never_rejected():
            try:
                pages = list(self._client.get_paginator("get_parameter_history").paginate(Name=self._written))
            except self._client.exceptions.ParameterNotFound:
                return ()
        entries = [entry for page in pages for entry in page["Parameters"] if entry.get("Value") == text]
        return tuple(sorted({entry["LastModifiedUser"] for entry in entries if entry.get("LastModifiedUser")}))

    def approve(self, text: str) -> None:
        """See HrParameters."""
        with never_rejected():
            # What is over 4 KB takes the advanced tier, and nothing else does.
            self._client.put_parameter(
                Name=self._approved, Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering"
            )


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
