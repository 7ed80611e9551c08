"""The service control policy that ends live sessions, as a stack's template asks for it."""

from dataclasses import dataclass
from enum import StrEnum

# Source: AWS Organizations User Guide, "Quotas and service limits": service control policies that are attached to a
# root, an organizational unit, or an account.
MOST_POLICIES_ON_A_TARGET = 5
_SUFFIX = "-session-revocation"
# Source: AWS Organizations API Reference, CreatePolicy. The name of a stack may be as long.
_LONGEST_NAME = 128


class StackAction(StrEnum):
    """What CloudFormation does with a resource, in its own words."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, kw_only=True)
class SessionPolicyRequest:
    """The policy a stack is to have: its name, the stack, and what exactly it is attached to."""

    action: StackAction
    name: str
    owner: str
    targets: tuple[str, ...]


def policy_name(stack: str) -> str:
    """The name of a stack's policy; a tag says which stack it belongs to, should two names be cut to the same."""
    return f"{stack[: _LONGEST_NAME - len(_SUFFIX)]}{_SUFFIX}"


@dataclass(frozen=True, kw_only=True)
class OwnedPolicy:
    """A service control policy by AWS's id and ARN; `owner` is the stack that made it, empty for anybody else's."""

    id: str
    arn: str
    owner: str = ""
