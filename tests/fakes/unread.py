"""A port that is not to be read."""

from typing import Any


class Unread:
    """Fails at whatever is read."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for any method
        raise AssertionError(f"`{name}` is read, and nothing asks for it")
