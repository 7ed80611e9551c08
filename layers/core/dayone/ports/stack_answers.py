"""What is needed to answer CloudFormation, which waits for it."""

from typing import Protocol


class StackAnswers(Protocol):
    """Answers to requests about custom resources."""

    def send(self, answer: str, *, to: str) -> None:
        """Put an answer to the presigned URL of its request; raises Unavailable when it was not taken."""
