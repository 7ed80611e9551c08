"""Answers to CloudFormation, put to the presigned URLs that it waits at."""

from dayone.adapters.https import Https
from dayone.errors import Unavailable

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
