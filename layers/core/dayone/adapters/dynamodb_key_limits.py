"""How many bytes the keys of DynamoDB hold: what is longer is refused here, before anything is sent or put aside."""

from collections.abc import Mapping
from typing import Any

from dayone.errors import TooLarge

# Of the table and its indexes. Source: DynamoDB Developer Guide, "Service, account, and table quotas": a partition key
# holds 2,048 bytes, a sort key 1,024.
MOST_BYTES: Mapping[str, int] = {
    **dict.fromkeys(("pk", "listed_in", "runnable", "due"), 2048),
    **dict.fromkeys(("sk", "listed_as", "runnable_order", "due_at"), 1024),
}


def check_keys(record: Mapping[str, Any]) -> None:
    """Raise TooLarge for a record, or the key of one, of which DynamoDB would refuse a key for its length."""
    for name, most in MOST_BYTES.items():
        text = record.get(name)
        # Half a character, which no client can send, counts as the three bytes that it would take.
        if isinstance(text, str) and len(text.encode(errors="surrogatepass")) > most:
            raise TooLarge(f"a name is too long: the key `{name}` would have more than {most:,} bytes")


def check_name(name: str) -> None:
    """Raise TooLarge for the name of a subject that takes more than half of a sort key, which holds others beside it.

    What cannot be kept is refused thus before anybody is told that it was taken.
    """
    if len(name.encode(errors="surrogatepass")) > MOST_BYTES["sk"] // 2:
        raise TooLarge(f"a name is over {MOST_BYTES['sk'] // 2} bytes")
