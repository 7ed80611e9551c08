"""Cuts what is to be sent into batches that AWS takes."""

from collections.abc import Callable, Iterable, Iterator


def batches[T](entries: Iterable[T], *, size: Callable[[T], int], most: int, most_bytes: int) -> Iterator[list[T]]:
    """The entries in order, at most `most` and `most_bytes` together; one that alone is larger comes by itself."""
    batch: list[T] = []
    for entry in entries:
        if batch and (len(batch) == most or sum(map(size, batch)) + size(entry) > most_bytes):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
