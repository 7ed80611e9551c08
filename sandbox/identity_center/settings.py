"""Settings of the local Identity Center: its accounts."""

from dataclasses import dataclass, field

from sandbox.identity_center.behaviour import Behaviour


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The management account and the Region of an Identity Center, and how it behaves when it starts.

    With a `delegated_administrator` (account id), that member account is made at the start, and whoever calls with a
    key that is not an account's id is taken for it; otherwise for the management account. Standing alone, without the
    IAM of the local AWS, `caller_actions` are the rights that every caller has besides, as patterns such as `iam:*`.
    """

    account_id: str = "111122223333"
    region: str = "us-east-1"
    behaviour: Behaviour = field(default_factory=Behaviour.instant)
    delegated_administrator: str | None = None
    caller_actions: tuple[str, ...] = ("*",)

    @property
    def default_caller(self) -> str:
        """Account assumed for a caller whose key does not identify it."""
        return self.delegated_administrator or self.account_id
