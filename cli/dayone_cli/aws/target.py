"""Target of a command: an address, or a deployed stack, with credentials from the usual chain."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dayone_cli.api_client import ApiClient
from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.signed_http import signed
from dayone_cli.failures import Misused, Refused, Unauthorised

if TYPE_CHECKING:
    import boto3
    import botocore.session

STACK = "dayone"
_NO_STACK = "There is no stack"
_REGION_IN_URL = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")


@dataclass(frozen=True)
class Target:
    """Settings from the options and the environment: an empty text is no setting."""

    stack: str = STACK
    api: str = ""
    region: str = ""
    profile: str = ""

    def __post_init__(self) -> None:
        """Raise Misused for a Region that is not that of the API's URL."""
        if self.region and (named := _REGION_IN_URL.search(self.api)) and named[1] != self.region:
            raise Misused(
                "Two Regions are named",
                detail=f"--region {self.region}, and {self.api} is in {named[1]}: leave one out",
            )

    @cached_property
    def session(self) -> "boto3.session.Session":
        """AWS session with the given profile and Region, else those of the environment and ~/.aws."""
        import boto3

        with aws_asked("read the AWS configuration"):
            return boto3.session.Session(profile_name=self.profile or None, region_name=self._said_region or None)

    @property
    def configuration(self) -> "botocore.session.Session":
        """Configuration in ~/.aws/config and the environment."""
        return self.session._session  # noqa: SLF001 - boto3 shows its configuration nowhere else

    @cached_property
    def known_region(self) -> str:
        """The Region; raises Misused when none is set."""
        region = self._said_region or self.session.region_name
        if not region:
            raise Misused("No Region is set", detail="add --region, or set AWS_REGION or a region in the AWS profile")
        return str(region)

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the deployed stack; raises Refused when it is not there."""
        return {pair["OutputKey"]: pair["OutputValue"] for pair in self._stack.get("Outputs", ())}

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the deployed stack; raises Refused when it is not there."""
        return {pair["ParameterKey"]: pair["ParameterValue"] for pair in self._stack.get("Parameters", ())}

    @property
    def is_deployed(self) -> bool:
        """True if the stack exists; raises the Failure of a caller who may not read that."""
        try:
            return bool(self._stack)
        except Refused as refused:
            if refused.title.startswith(_NO_STACK):
                return False
            raise

    @cached_property
    def _stack(self) -> Mapping[str, Any]:
        try:
            with aws_asked("read the stack (cloudformation:DescribeStacks)"):
                (stack,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except Refused as refused:
            # CloudFormation's words for a ValidationError that means that there is none.
            if "does not exist" not in refused.detail:
                raise
            detail = "add --stack with its name, or --region with the Region that it is in"
            raise Refused(f"{_NO_STACK} {self.stack} in {self.known_region}", detail=detail) from refused
        found: Mapping[str, Any] = stack
        return found

    def output(self, name: str) -> str:
        """One output of the stack; raises Refused when it has none of this name."""
        if name not in self.outputs:
            raise Refused(f"The stack {self.stack} has no output {name}", detail="deploy this release of Day One")
        return self.outputs[name]

    @cached_property
    def url(self) -> str:
        """Address of the API: the given one, else the stack's."""
        return (self.api or self.output("ApiUrl")).rstrip("/")

    @cached_property
    def hr_url(self) -> str:
        """Address to which HR systems send, which differs when the API is private."""
        return self.url if self.api else self.outputs.get("HrUrl", self.url).rstrip("/")

    @cached_property
    def client_of_api(self) -> ApiClient:
        """The API, signed; raises Unauthorised without credentials."""
        with aws_asked("read AWS credentials"):
            credentials = self.session.get_credentials()
        if credentials is None:
            raise Unauthorised(
                "No AWS credentials",
                detail="sign in (`dayone login`, `aws sso login`), add --profile, or set them in the environment",
            )
        return ApiClient(url=self.url, send=signed(credentials, region=self.known_region))

    def client(self, service: str) -> Any:  # noqa: ANN401 - the type depends on the service
        """Return a boto3 client of a service."""
        return self.session.client(service, region_name=self.known_region)  # type: ignore[call-overload]

    @property
    def _said_region(self) -> str:
        named = _REGION_IN_URL.search(self.api)
        return self.region or (named[1] if named else "") or os.environ.get("AWS_REGION", "")
