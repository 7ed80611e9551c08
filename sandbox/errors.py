"""Failures of the local AWS itself, as opposed to what runs on it."""


class SandboxError(Exception):
    """The local AWS could not start, stop or deploy; the message has the fix and ends with the log."""


def tail(text: str, *, lines: int = 40) -> str:
    """Return the last lines of a log, which is where the reason of a failure is."""
    return "\n".join(text.rstrip().splitlines()[-lines:])
