"""Answers to CloudFormation, and the ids of the stack's own APIs.

A function's environment cannot hold them: an API names its functions, so CloudFormation makes the functions first.
"""

from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.hr.https import Https
from dayone.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class SsmOwnApis:
    """The port OwnApis over a parameter with the ids, separated by commas.

    Ids that were read hold for as long as the process does. Another id makes it read again: an update of the stack may
    have replaced an API.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"ssm:GetParameters"})

    def __init__(self, client: "SSMClient", *, parameter: str) -> None:
        self._client = client
        self._parameter = parameter
        self._ids: frozenset[str] = frozenset()

    def includes(self, api_id: str) -> bool:
        """See OwnApis."""
        if api_id not in self._ids:
            self._ids = self._read()
        return api_id in self._ids

    def _read(self) -> frozenset[str]:
        # For a list of names AWS reports the missing ones; the call for a single name would raise.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._parameter])
        values = [parameter["Value"] for parameter in answer.get("Parameters", [])]
        if not values:
            raise Unavailable(f"there is no parameter {self._parameter}: wait for the deployment, or deploy again")
        return frozenset(values[0].split(","))


_TAKEN = range(200, 300)
# CloudFormation names the address, which in the local AWS is one of the own machine; nobody's credentials go there.
_ANYWHERE = ("0.0.0.0/0", "::/0")


class PresignedStackAnswers:
    """The port StackAnswers; a URL is signed for its one object in S3, so it takes no IAM action."""

    def __init__(self) -> None:
        self._https = Https(opened=_ANYWHERE)

    def send(self, answer: str, *, to: str) -> None:
        """See StackAnswers. The signature covers an empty content type."""
        reply = self._https.call(to, method="PUT", headers={"content-type": ""}, body=answer.encode())
        if reply.status not in _TAKEN:
            raise Unavailable(f"CloudFormation did not take the answer: {reply.status}")
