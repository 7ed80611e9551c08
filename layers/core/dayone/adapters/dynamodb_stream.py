"""What the table's stream tells, in the words of the domain."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from dayone.adapters.dynamodb_heads import is_progress, progress_in
from dayone.adapters.dynamodb_keys import RecordKey
from dayone.adapters.dynamodb_mapping import change_in, operation_in
from dayone.adapters.dynamodb_writes import plain
from dayone.ports.events import AccountWritten, ChangeWritten, OperationWritten, Written


class DynamoStream:
    """Reads the records that Lambda hands on; a deletion, or a record of another kind, tells nothing."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset()  # Lambda itself reads the stream

    def writes(self, event: Mapping[str, Any]) -> Iterator[Written]:
        """The operations, changes and the progress of accounts that were written, in the order of the stream."""
        for record in event["Records"]:
            images = record["dynamodb"]
            if "NewImage" not in images:
                continue
            at = datetime.fromtimestamp(images["ApproximateCreationDateTime"], UTC)
            after, old = plain(images["NewImage"]), images.get("OldImage")
            before = plain(old) if old else None
            if after["sk"].startswith("OPERATION#"):
                known = operation_in(before) if before else None
                yield OperationWritten(before=known, after=operation_in(after), at=at)
            elif after["pk"].startswith("CHANGE#") and after["sk"] == "HEAD":
                yield ChangeWritten(before=change_in(before) if before else None, after=change_in(after), at=at)
            elif after["pk"].startswith("ACCOUNT#") and is_progress(RecordKey(after["pk"], after["sk"])):
                yield AccountWritten(before=progress_in(before) if before else None, after=progress_in(after), at=at)
