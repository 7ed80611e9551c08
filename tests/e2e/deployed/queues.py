"""Queues that hand a message out again sooner than the template says, so that a test need not wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.deployed.day_one import DayOne


@contextmanager
def visibility(day_one: DayOne, queue: str, *, seconds: int) -> Iterator[None]:
    """A queue gives a message back after this many seconds, until the end of the block."""
    sqs, url = day_one.sandbox.client("sqs"), day_one.queue_url(queue)
    usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=usual)


def drained(day_one: DayOne, queue: str) -> list[str]:
    """The messages that a queue holds, which are in it no more."""
    sqs, url = day_one.sandbox.client("sqs"), day_one.queue_url(queue)
    taken: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for pair in messages:
            taken.append(str(pair["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=pair["ReceiptHandle"])
    return taken
