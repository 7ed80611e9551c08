"""Shared pieces of the examples of several routes, all about the same few people and accounts."""

from dayone.api.schemas import base as api
from dayone.api.schemas import changes as api_changes

CHANGE = "01KQ8Z5WFX3N9T2V7C4B6M1D0A"
LATER_CHANGE = "01KR2P4D6S8A0F3H5K7M9Q1T3V"
ADMINISTRATOR = "arn:aws:sts::111122223333:assumed-role/DayOneAdministrators/ada"
APPROVER = "arn:aws:sts::111122223333:assumed-role/DayOneApprovers/eve"
AT = "2026-11-23T08:00:00+00:00"
PERSON = "e-1001"
ACCOUNT = "123456789012"
OPERATION_ID = "person:e-1001@1-5f0c/0001"
REQUEST_ID = "2e1c7a9c-6f0e-4a53-9d6b-3a1d5c1a7f11"
POLICY_TEXT = "version: 1\n"

REASON: api.ReasonAnswer = {"rule": "policy.yaml:5", "reason": "department is Engineering"}
MEMBERSHIP: api.ConfirmedAnswer = {
    "resource": "membership/engineers",
    "attributes": {},
    "references": {"membership_id": "7f2a4c18-0d0b-4b57-8f5e-64f5d9c0b111"},
    "reasons": [REASON],
    "unconfirmed": None,
    "adopted": False,
    "operation": OPERATION_ID,
    "change": CHANGE,
    "request_id": REQUEST_ID,
    "at": AT,
}
ASSIGNMENT: api.ConfirmedAnswer = {
    "resource": "assignment/ViewOnly/engineers",
    "attributes": {},
    "references": {},
    "reasons": [{"rule": "policy.yaml:9", "reason": "the account is in /Workloads/Dev"}],
    "unconfirmed": None,
    "adopted": False,
    "operation": "account:123456789012@1-5f0c/0001",
    "change": CHANGE,
    "request_id": REQUEST_ID,
    "at": AT,
}
HEAD: api.HeadAnswer = {
    "generation": "1-5f0c",
    "policy_version": 7,
    "outstanding": 0,
    "held": [],
    "due_at": None,
    "recorded_at": AT,
}
OPERATION: api.OperationAnswer = {
    "id": OPERATION_ID,
    "kind": "create-membership",
    "subject": "person:e-1001",
    "resource": "membership/engineers",
    "state": "succeeded",
    "outcome": None,
    "failed_before": False,
    "attempts": 1,
    "request_id": REQUEST_ID,
    "failure_reason": "",
    "waiting_for": "",
    "held_by": "",
    "refusal": "",
    "refused_since": None,
    "reasons": [REASON],
    "created_at": AT,
    "not_before": None,
    "finished_at": AT,
}
CHANGED: api_changes.ChangeAnswer = {
    "id": CHANGE,
    "state": "succeeded",
    "cause": {"kind": "hr-event", "actor": "hr:standard", "authors": [], "reference": "msg_2Lw8", "at": AT},
    "subjects": 1,
    "planned": 1,
    "unplanned": 0,
    "operations": 1,
    "succeeded": 1,
    "already_deleted": 0,
    "failed": 0,
    "failed_before": 0,
    "superseded": 0,
    "held": 0,
    "held_reason": "",
    "held_version": 0,
    "waits_for_held": 0,
    "expired": 0,
    "blame": [],
    "removals": 0,
    "additions": 0,
    "decision": None,
}
