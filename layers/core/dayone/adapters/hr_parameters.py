"""The configuration of HR systems as operators write it, and the copy of it that counts, in Systems Manager."""

from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import never_rejected
from dayone.domain.hr_sources import DEFAULT
from dayone.ports.hr import ConfigurationTexts

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
        # Of a list of names AWS says which are not there; the single call would raise for it.
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
