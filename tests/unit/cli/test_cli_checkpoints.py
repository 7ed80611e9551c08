"""Checkpoints that `dayone audit verify` accepts and refuses, and its report on the compared ones."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dayone.model.audit import LaneEnd
from dayone.ops.checkpoints import Checkpoint, SignedCheckpoint, checkpoint_document
from dayone_cli.aws.checkpoints import as_summary, compare_checkpoints, signed_checkpoints, summary_lines
from dayone_cli.aws.target import Target
from dayone_cli.failures import Misused, Negative, Unauthorised

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
KEY = "arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"


@dataclass
class Kms:
    """Takes the signature `good` of the key."""

    code: str = "KMSInvalidSignatureException"

    def verify(self, **parameters: Any) -> None:  # noqa: ANN401 - AWS's parameters
        assert (parameters["KeyId"], parameters["SigningAlgorithm"]) == (KEY, "ECDSA_SHA_256")
        if parameters["Signature"] != b"good":
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, "Verify")


@dataclass
class Api:
    """Has all entries but those of the lane `policy` from number 5 on."""

    read_ends: list[str] = field(default_factory=list)

    def read(self, where: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        assert where == "/v1/audit/ends"
        ends = query["ends"].split(",")
        self.read_ends += ends
        gone = [end for end in ends if end.startswith("policy:") and int(end.split(":")[1]) >= 5]
        broken = {"lane": "policy", "number": int(gone[0].split(":")[1]), "message": "is gone"} if gone else None
        return {"compared": len(ends), "first_break": broken}


class Place(Target):
    def __init__(self, *, kms: Kms) -> None:
        super().__init__()
        self.__dict__["kms"] = kms
        self.__dict__["client_of_api"] = Api()

    def client(self, service: str) -> Any:  # noqa: ANN401 - the type depends on the service
        return self.__dict__[service]


@pytest.fixture
def place() -> Place:
    return Place(kms=Kms())


def made_at(hours: float, *, number: int = 4, signature: bytes = b"good") -> dict[str, Any]:
    end = LaneEnd(number=number, day="2026-11-22", hash="5c" * 32)
    checkpoint = Checkpoint(at=MIDNIGHT + timedelta(hours=hours), table="table", ends={"policy": end, "facts-0": end})
    return dict(checkpoint_document(SignedCheckpoint(checkpoint=checkpoint, key=KEY, signature=signature)))


@pytest.fixture
def read(tmp_path: Path, place: Place) -> Callable[[str], Any]:
    def read_text(text: str) -> Any:  # noqa: ANN401
        file = tmp_path / "checkpoints.json"
        file.write_text(text)
        return signed_checkpoints(str(file), day=DAY, key=KEY, target=place)

    return read_text


def _lines(*documents: object) -> str:
    return "\n".join(json.dumps(document) for document in documents)


def test_those_of_the_day_and_the_nearest_on_both_sides_are_taken_the_oldest_first(
    read: Callable[[str], Any],
) -> None:
    taken = read(_lines(*(made_at(hours) for hours in (25, 24, 2, 1, -1, -2))))
    assert [checkpoint.at - MIDNIGHT for checkpoint in taken] == [timedelta(hours=hours) for hours in (-1, 1, 2, 24)]


class S3:
    """A bucket with a checkpoint every hour of three days, listed in pages of ten."""

    def __init__(self) -> None:
        moments = [MIDNIGHT + timedelta(hours=hours) for hours in range(-24, 48)]
        self.texts = {f"acme/{at:%Y-%m-%d/%H}.json": made_at((at - MIDNIGHT).total_seconds() / 3600) for at in moments}

    def get_paginator(self, operation: str) -> "S3":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 - AWS's own names
        assert Bucket == "bucket"
        names = [{"Key": name} for name in self.texts if name.startswith(Prefix)]
        return [{"Contents": names[first : first + 10]} for first in range(0, len(names), 10)] + [{}]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "bucket"
        return {"Body": BytesIO(json.dumps(self.texts[Key]).encode())}


def test_of_a_bucket_the_same_are_taken(place: Place) -> None:
    place.__dict__["s3"] = S3()
    taken = signed_checkpoints("s3://bucket/acme", day=DAY, key=KEY, target=place)
    assert [checkpoint.at - MIDNIGHT for checkpoint in taken] == [timedelta(hours=hours) for hours in range(-1, 25)]


@pytest.mark.parametrize("text", [json.dumps(made_at(1)), json.dumps([made_at(1)]), f"\n{_lines(made_at(1))}\n"])
def test_a_file_has_one_or_a_list_or_one_a_line(read: Callable[[str], Any], text: str) -> None:
    assert len(read(text)) == 1


def test_an_event_of_the_bus_is_taken(read: Callable[[str], Any]) -> None:
    assert len(read(_lines({"detail-type": "Audit Checkpoint", "detail": {**made_at(1), "id": "x"}}, made_at(2)))) == 2


def test_without_a_checkpoint_of_the_day_nothing_is_called_the_same(read: Callable[[str], Any]) -> None:
    with pytest.raises(Negative, match="no checkpoint of 2026-11-23"):
        read(_lines(made_at(-1)))


@pytest.mark.parametrize("text", ["{", "[1]", '{"at": "2026"}', "", _lines(made_at(1), "soon")])
def test_what_is_no_checkpoint_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(Negative):
        read(text)


def test_a_file_that_is_not_there_is_a_mistake(place: Place, tmp_path: Path) -> None:
    with pytest.raises(Misused):
        signed_checkpoints(str(tmp_path / "none"), day=DAY, key=KEY, target=place)


def test_one_that_the_key_has_not_signed_is_refused(read: Callable[[str], Any]) -> None:
    with pytest.raises(Negative, match=f"of 2026-11-23T02:00:00.* was not signed by {KEY}"):
        read(_lines(made_at(1), made_at(2, signature=b"forged")))


def test_one_who_may_not_ask_the_key_is_told_so(read: Callable[[str], Any], place: Place) -> None:
    place.__dict__["kms"].code = "AccessDeniedException"
    with pytest.raises(Unauthorised, match="kms:Verify"):
        read(_lines(made_at(2, signature=b"forged")))


def test_each_end_is_compared_once(read: Callable[[str], Any], place: Place) -> None:
    taken = read(_lines(*(made_at(hours, number=min(hours, 4)) for hours in range(1, 9))))
    compare_checkpoints(taken, target=place)
    ends = place.client_of_api.read_ends  # type: ignore[attr-defined]
    assert (len(ends), len(set(ends))) == (8, 8)


def test_an_end_that_is_gone_is_named_with_its_checkpoint(read: Callable[[str], Any], place: Place) -> None:
    taken = read(_lines(*(made_at(hours, number=hours) for hours in range(1, 9))))
    with pytest.raises(Negative) as raised:
        compare_checkpoints(taken, target=place)
    assert raised.value.detail.startswith("lane policy, entry 5, in the checkpoint of 2026-11-23T05:00:00")


def test_what_no_checkpoint_covers_is_said(read: Callable[[str], Any]) -> None:
    summary = as_summary(read(_lines(made_at(1), made_at(2), made_at(5.5))))
    assert (summary["compared"], summary["longest_gap"]) == (3, 3.5 * 3600)
    first, second = summary_lines(summary, day="2026-11-23")
    assert first == "3 checkpoints compared, all the same, at most 3 h 30 min from one to the next."
    assert second == "No checkpoint covers what was recorded after 2026-11-23T05:30:00+00:00."
    assert len(list(summary_lines(as_summary(read(_lines(made_at(1), made_at(24)))), day="2026-11-23"))) == 1
