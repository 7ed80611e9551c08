"""The ids of the stack's own APIs, kept in a parameter of Systems Manager.

A function's environment cannot hold them: an API names its functions, so CloudFormation makes the functions first.
"""

from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import never_rejected
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
        # Of a list of names AWS says which are not there; the single call would raise for it.
        with never_rejected():
            answer = self._client.get_parameters(Names=[self._parameter])
        values = [parameter["Value"] for parameter in answer.get("Parameters", [])]
        if not values:
            raise Unavailable(f"there is no parameter {self._parameter}: wait for the deployment, or deploy again")
        return frozenset(values[0].split(","))
