"""Checkpoints of the audit log on the deployed system: signed, kept, published, and what a log written anew shows."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dayone.adapters.dynamodb.keys import audit_key, tail_key
from dayone.adapters.dynamodb.writes import low_level_key, plain_record, typed
from dayone_cli.main import build
from sandbox import Sandbox
from sandbox.day_one import Deployed, deploy
from sandbox.identity_center_view import instance_of
from tests.contract.audit_forgetting import forget_person
from tests.e2e.deployed.announcements import Announcements
from tests.e2e.deployed.day_one import BEHAVIOUR
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

_APP = build()
BUCKET = "acme-audit-checkpoints"
_LANE = "operations"


@dataclass(frozen=True, kw_only=True)
class Auditor:
    """Somebody who verifies the log with the command, and may do what the account's administrator may."""

    sandbox: Sandbox
    deployed: Deployed
    announcements: Announcements

    def sign(self) -> None:
        """As the schedule does every hour."""
        name = self.deployed.stack.outputs["SignCheckpointFunctionName"]
        answer = self.sandbox.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def verify(self, *words: str) -> tuple[int, str]:
        """The exit code of `dayone audit verify` for today, and what it prints."""
        seen = {**self.sandbox.command_environment, "DAYONE_API": self.deployed.api.url}
        environment = {**dict.fromkeys(os.environ.keys() - seen.keys()), **seen}
        ended = CliRunner().invoke(_APP, ["audit", "verify", today(), *words], env=environment)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return ended.exit_code, ended.stdout + ended.stderr

    def kept(self) -> list[Any]:
        """The checkpoints in the bucket, the oldest first."""
        s3 = self.sandbox.client("s3")
        names = sorted(each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))
        return [json.loads(s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()) for name in names]

    def cut_off(self) -> None:
        """Take the last entry of a lane away, and make the one before it the last."""
        dynamodb, table = self.sandbox.client("dynamodb"), self.deployed.stack.outputs["TableName"]
        tail = plain_record(dynamodb.get_item(TableName=table, Key=low_level_key(tail_key(_LANE)))["Item"])
        last = low_level_key(audit_key(_LANE, day=str(tail["day"]), sequence=int(tail["sequence"])))
        day = str(plain_record(dynamodb.get_item(TableName=table, Key=last)["Item"])["previous_day"])
        before = low_level_key(audit_key(_LANE, day=day, sequence=int(tail["sequence"]) - 1))
        digest = plain_record(dynamodb.get_item(TableName=table, Key=before)["Item"])["hash"]
        dynamodb.delete_item(TableName=table, Key=last)
        end = {**tail, "sequence": int(tail["sequence"]) - 1, "day": day, "hash": digest}
        dynamodb.put_item(TableName=table, Item=typed(end))

    def log(self) -> list[dict[str, Any]]:
        """Everything in the audit log, its ends included, as it lies in the table."""
        dynamodb, table = self.sandbox.client("dynamodb"), self.deployed.stack.outputs["TableName"]
        pages = dynamodb.get_paginator("scan").paginate(TableName=table)
        records = (plain_record(image) for page in pages for image in page["Items"])
        return [record for record in records if str(record["pk"]).startswith("AUDIT")]

    def forget(self, person: str) -> int:
        """Drop what names a person from the log; returns from how many entries."""
        dynamodb, table = self.sandbox.client("dynamodb"), self.deployed.stack.outputs["TableName"]
        forgotten = (forget_person(record, subject=f"person:{person}", words=[person]) for record in self.log())
        return sum(bool(dynamodb.put_item(TableName=table, Item=typed(record))) for record in forgotten if record)


def today() -> str:
    return datetime.now(UTC).date().isoformat()


@pytest.fixture(scope="module")
def auditor() -> Iterator[Auditor]:
    with Sandbox(behaviour=BEHAVIOUR) as sandbox:
        sandbox.client("s3").create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        parameters = {"AuditCheckpoints": "true", "AuditCheckpointsBucket": BUCKET}
        deployed = deploy(sandbox, instance_of(sandbox), parameters=parameters)
        bus = Announcements(sandbox, bus=deployed.stack.outputs["BusName"])
        yield Auditor(sandbox=sandbox, deployed=deployed, announcements=bus)


def _operations(auditor: Auditor) -> int:
    entries = auditor.deployed.api.get("/v1/audit?limit=100").json()["entries"]
    return sum(entry["lane"] == _LANE for entry in entries)


def test_a_person_is_forgotten_in_a_log_that_was_signed_and_it_is_whole(auditor: Auditor) -> None:
    person, other = somebody(), somebody()
    for each in (person, other):
        auditor.deployed.hr.tell(each)
    done = f"/v1/audit?subject=person%3A{person['id']}&limit=100"
    eventually(lambda: _subjects(auditor, done), holds=lambda subjects: len(subjects) >= 2)
    auditor.sign()
    assert person["id"] in json.dumps(auditor.log(), default=str)
    number = auditor.forget(person["id"])
    assert number >= 2
    auditor.sign()
    assert person["id"] not in json.dumps(auditor.log(), default=str)
    code, output = auditor.verify("--checkpoints", f"s3://{BUCKET}")
    assert (code, f"{number} entries lack fields" in output) == (0, True), output
    assert _subjects(auditor, done) == []
    assert set(_subjects(auditor, done.replace(person["id"], other["id"]))) == {f"person:{other['id']}"}


def _subjects(auditor: Auditor, path: str) -> list[str]:
    return [entry["subject"] for entry in auditor.deployed.api.get(path).json()["entries"]]


def test_a_log_that_was_cut_off_shows_by_its_checkpoints_alone(auditor: Auditor, tmp_path: Path) -> None:
    place = f"s3://{BUCKET}"
    for _ in range(2):
        auditor.deployed.hr.tell(somebody())
    eventually(lambda: _operations(auditor), holds=lambda number: number >= 2)
    auditor.sign()
    auditor.sign()
    code, output = auditor.verify("--checkpoints", place)
    assert (code, "checkpoints compared, all the same" in output) == (0, True), output

    file = tmp_path / "checkpoints.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in auditor.kept()))
    assert auditor.verify("--checkpoints", str(file))[0] == 0
    forged = {**auditor.kept()[0], "lanes": []}
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    code, output = auditor.verify("--checkpoints", str(tmp_path / "forged.json"))
    assert (code, "was not signed by" in output) == (1, True), output

    auditor.cut_off()
    assert auditor.verify()[0] == 0
    for checkpoints in (place, str(file)):
        code, output = auditor.verify("--checkpoints", checkpoints)
        assert (code, f"lane {_LANE}" in output, "is gone" in output) == (1, True, True), output


def test_the_function_s_role_cannot_write_the_table(auditor: Auditor) -> None:
    iam = auditor.sandbox.client("iam")
    role = auditor.deployed.stack.resources["SignCheckpointRole"]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    assert sorted(names) == ["calls", "checkpoint-bucket", "log", "signing-key"]
    others = [name for name in names if name != "log"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in others]
    actions = {str(each["Action"]) for document in documents for each in document["Statement"]}
    assert actions == {"dynamodb:BatchGetItem", "events:PutEvents", "kms:Sign", "s3:PutObject"}


def _details(auditor: Auditor) -> list[dict[str, Any]]:
    return [each["detail"] for each in auditor.announcements.heard() if each["detail-type"] == "Audit Checkpoint"]


def test_a_checkpoint_is_published(auditor: Auditor) -> None:
    auditor.sign()
    kept = auditor.kept()[-1]
    heard = eventually(lambda: [each for each in _details(auditor) if each.get("at") == kept["at"]])
    assert {name: heard[0][name] for name in kept} == kept
