"""Checkpoints of the audit log, from a file or a bucket, whose signatures are checked with the caller's credentials."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.target import Target
from dayone_cli.failures import Misused, Negative, Refused
from dayone_cli.output.words import plural

if TYPE_CHECKING:
    from dayone.ops.checkpoints import Checkpoint, SignedCheckpoint

_S3 = "s3://"
_WRONG_SIGNATURE = "KMSInvalidSignatureException"
_DAY = timedelta(days=1)
# As many as the API compares in a request.
_ENDS_AT_ONCE = 10


def signed_checkpoints(place: str, *, day: date, key: str, target: Target) -> "Sequence[Checkpoint]":
    """Return the checkpoints of a day (UTC), the last before and the first after it, with verified signatures.

    Changes to the log between the last one of a day and the first of the next are shown by the former alone. `place` is
    a file, or `s3://BUCKET[/FOLDER]`; `key` the ARN of the only trusted KMS key. Raises Negative when there are none,
    or one that this key has not signed.
    """
    begin = datetime.combine(day, time(), tzinfo=UTC)
    texts = _texts_in_s3(place, day=day, target=target) if place.startswith(_S3) else _texts_in_file(place)
    read = sorted((_parsed(document, name) for name, document in texts), key=lambda signed: signed.checkpoint.at)
    of_day = [signed for signed in read if begin <= signed.checkpoint.at < begin + _DAY]
    before = [signed for signed in read if signed.checkpoint.at < begin][-1:]
    after = [signed for signed in read if signed.checkpoint.at >= begin + _DAY][:1]
    if not of_day + after:
        raise Negative(f"There is no checkpoint of {day} in {place}", detail="nothing was compared with any")
    for signed in before + of_day + after:
        _check_signature(signed, key=key, target=target)
    return [signed.checkpoint for signed in before + of_day + after]


def compare_checkpoints(checkpoints: "Sequence[Checkpoint]", *, target: Target) -> None:
    """Compare every end of a lane in the checkpoints with the log; raises Negative for the first that is not there."""
    first_seen: dict[str, datetime] = {}
    for checkpoint in checkpoints:
        for lane, end in sorted(checkpoint.ends.items()):
            first_seen.setdefault(f"{lane}:{end.number}:{end.day}:{end.hash}", checkpoint.at)
    ends = list(first_seen)
    for first in range(0, len(ends), _ENDS_AT_ONCE):
        part = ends[first : first + _ENDS_AT_ONCE]
        answer = target.client_of_api.read("/v1/audit/ends", {"ends": ",".join(part)})
        if broken := answer["first_break"]:
            at = next(first_seen[end] for end in part if end.startswith(f"{broken['lane']}:{broken['number']}:"))
            place = f"lane {broken['lane']}, entry {broken['number']}, in the checkpoint of {at.isoformat()}"
            title = "The audit log is not the one that the checkpoints were made of"
            raise Negative(title, detail=f"{place}: {broken['message']}")


def as_summary(checkpoints: "Sequence[Checkpoint]") -> Mapping[str, Any]:
    """Return how many were compared, from when to when, and the longest time between two of them in seconds."""
    moments = [checkpoint.at for checkpoint in checkpoints]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    first, last = moments[0].isoformat(), moments[-1].isoformat()
    return {"compared": len(moments), "first": first, "last": last, "longest_gap": round(max(gaps, default=0))}


def summary_lines(summary: Mapping[str, Any], *, day: str) -> Iterator[str]:
    """Yield the summary for people, including the time that no checkpoint covers."""
    hours, minutes = divmod(summary["longest_gap"] // 60, 60)
    compared = plural(summary["compared"], "checkpoint")
    yield f"{compared} compared, all the same, at most {hours} h {minutes} min from one to the next."
    if summary["last"].startswith(day):
        yield f"No checkpoint covers what was recorded after {summary['last']}."


def _parsed(document: object, name: str) -> "SignedCheckpoint":
    from dayone.errors import Malformed
    from dayone.ops.checkpoints import parse_checkpoint

    try:
        return parse_checkpoint(document)
    except Malformed as error:
        raise Negative(f"{name} cannot be read", detail=str(error)) from error


def _texts_in_file(place: str) -> Iterator[tuple[str, object]]:
    """Yield the documents of a file: one, a list of them, or one a line."""
    try:
        text = Path(place).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Misused(f"{place} cannot be read", detail=str(error)) from error
    try:
        documents = json.loads(text)
    except ValueError:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        yield from ((f"{place}, line {number}", _json(line, f"{place}, line {number}")) for number, line in lines)
        return
    yield from ((place, document) for document in (documents if isinstance(documents, list) else [documents]))


def _texts_in_s3(place: str, *, day: date, target: Target) -> Iterator[tuple[str, object]]:
    bucket, _, folder = place.removeprefix(_S3).rstrip("/").partition("/")
    s3 = target.client("s3")
    for at, part in ((day - _DAY, slice(-1, None)), (day, slice(None)), (day + _DAY, slice(1))):
        prefix = f"{folder or target.stack}/{at.isoformat()}/"
        with aws_asked(f"list the checkpoints in {place} (s3:ListBucket)"):
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            names = sorted(each["Key"] for page in pages for each in page.get("Contents", ()))
        for name in names[part]:
            with aws_asked(f"read the checkpoints in {place} (s3:GetObject)"):
                text = s3.get_object(Bucket=bucket, Key=name)["Body"].read().decode(errors="replace")
            yield f"{_S3}{bucket}/{name}", _json(text, f"{_S3}{bucket}/{name}")


def _json(text: str, name: str) -> object:
    try:
        document: object = json.loads(text)
    except ValueError as error:
        raise Negative(f"{name} cannot be read", detail="this is no checkpoint of an audit log") from error
    return document


def _check_signature(signed: "SignedCheckpoint", *, key: str, target: Target) -> None:
    from botocore.exceptions import ClientError

    from dayone.ops.checkpoints import signed_text

    digest = hashlib.sha256(signed_text(signed.checkpoint)).digest()
    try:
        with aws_asked("check the signature of a checkpoint (kms:Verify)"):
            target.client("kms").verify(
                KeyId=key,
                Message=digest,
                MessageType="DIGEST",
                Signature=signed.signature,
                SigningAlgorithm="ECDSA_SHA_256",
            )
    except Refused as refused:
        cause = refused.__cause__
        if isinstance(cause, ClientError) and cause.response["Error"]["Code"] == _WRONG_SIGNATURE:
            title = f"The checkpoint of {signed.checkpoint.at.isoformat()} was not signed by {key}"
            raise Negative(title, detail="somebody has made it up") from refused
        raise
