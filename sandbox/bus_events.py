"""JSON Schemas of the events on the bus, one file for each type: `python -m sandbox.bus_events docs/events`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dayone.adapters.messaging import SOURCE
from dayone.messages import bus_events
from dayone.ports.messaging import DetailType
from sandbox.openapi.schemas import Schemas

_SHAPES: Mapping[DetailType, tuple[object, str]] = {
    DetailType.OPERATION_SUCCEEDED: (bus_events.OperationDetail, "AWS confirmed an operation."),
    DetailType.OPERATION_FAILED: (bus_events.OperationDetail, "An operation failed and is not tried again by itself."),
    DetailType.OPERATION_DENIED: (
        bus_events.OperationDetail,
        "AWS denies an operation to Day One's role. It is tried again until AWS allows it; the event comes once.",
    ),
    DetailType.OPERATION_SUPERSEDED: (
        bus_events.OperationDetail,
        "An operation was replaced before it started, by a newer plan, a rejection or an expiry.",
    ),
    DetailType.OPERATION_HELD: (bus_events.OperationDetail, "A guardrail holds an operation until it is approved."),
    DetailType.CHANGE_SUCCEEDED: (bus_events.ChangeDetail, "All operations of a change have ended, and none failed."),
    DetailType.CHANGE_FAILED: (bus_events.ChangeDetail, "All operations of a change have ended, and some failed."),
    DetailType.CHANGE_HELD: (bus_events.ChangeDetail, "The rest of a change is held until it is approved."),
    DetailType.CHANGE_EXPIRED: (
        bus_events.ChangeExpiredDetail,
        "Held operations of a change have expired; the event comes once for each change.",
    ),
    DetailType.DRIFT_FOUND: (
        bus_events.DriftDetail,
        "Identity Center was seen to have something otherwise than recorded; the event comes once for each finding.",
    ),
    DetailType.DRIFT_REPAIRED: (
        bus_events.DriftRepairedDetail,
        "A finding was closed, and AWS has confirmed a change of its resource by Day One since it was last seen.",
    ),
    DetailType.DRIFT_RESOLVED: (
        bus_events.DriftDetail,
        "A finding was closed without a change by Day One: others have undone it, or nobody wants it any more.",
    ),
    DetailType.ACCOUNT_READY: (bus_events.AccountReadyDetail, "A new account has all the access the policy gives."),
    DetailType.PERSON_READY: (bus_events.PersonReadyDetail, "A person has the access of their first day."),
    DetailType.AUDIT_CHECKPOINT: (bus_events.AuditCheckpointDetail, "A signed checkpoint of the audit log."),
}

type Json = dict[str, Any]


def file_stem(detail_type: DetailType) -> str:
    """Return the name of the type's files, such as `change-held`."""
    return detail_type.lower().replace(" ", "-")


def schema_of(detail_type: DetailType) -> Json:
    """Return the JSON Schema of an event as EventBridge delivers it; the detail has the event's `id` as well."""
    shape, says = _SHAPES[detail_type]
    made = Schemas(answered=[shape], sent=[])
    detail = _placed(made.definitions[getattr(shape, "__name__", "")])
    others = {name: _placed(entry) for name, entry in made.definitions.items() if entry is not None}
    others.pop(getattr(shape, "__name__", ""))
    ident = {"type": "string", "description": "The same however often the event is delivered: drop duplicates by it."}
    detail["properties"] = {"id": ident, **detail["properties"]}
    detail["required"] = ["id", *detail["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(detail_type),
        "description": f"{says} Later releases may add members to the detail; ignore those that you do not know.",
        "type": "object",
        "properties": {
            "version": {"const": "0"},
            "id": {"type": "string", "description": "EventBridge's id of this delivery."},
            "detail-type": {"const": str(detail_type)},
            "source": {"const": SOURCE},
            "account": {"type": "string", "pattern": "^[0-9]{12}$"},
            "time": {"type": "string", "format": "date-time"},
            "region": {"type": "string"},
            "resources": {"type": "array", "items": {"type": "string"}},
            "detail": detail,
        },
        "required": ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"],
        **({"$defs": others} if others else {}),
    }


def _placed(schema: Json) -> Json:
    """Return the schema with its references moved to where they are in a separate document."""
    placed: Json = json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/"))
    return placed


def text_of(value: Json) -> str:
    """JSON as it is in the files."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in DetailType:
        Path(sys.argv[1], f"{file_stem(each)}.schema.json").write_text(text_of(schema_of(each)), encoding="utf-8")
