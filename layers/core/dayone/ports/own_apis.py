"""The stack's own HTTP APIs."""

from typing import Protocol


class OwnApis(Protocol):
    """The REST APIs of API Gateway that belong to this stack."""

    def includes(self, api_id: str) -> bool:
        """Return whether an API with this id belongs to the stack; raises Unavailable when that cannot be read."""
