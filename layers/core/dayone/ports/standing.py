"""As what Day One may call Identity Center: from the management account, or as its delegated administrator."""

from typing import Protocol

from dayone.domain.terms import OffLimits


class Standing(Protocol):
    """What AWS does not let this account touch."""

    def off_limits(self) -> OffLimits:
        """Nothing in the management account with IAM rights for it. What is in use there may show a minute later."""
