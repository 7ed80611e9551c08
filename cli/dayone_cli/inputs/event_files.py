"""Events in files, as `events/` has them: of HR systems and about accounts, alone or as a function gets them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dayone_cli.failures import Misused
from dayone_cli.inputs.people_files import text_of


@dataclass(frozen=True, kw_only=True)
class HrDelivery:
    """A delivery of an HR system to its source, which is empty if the file does not name it."""

    body: bytes
    source: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class AccountEvents:
    """Events about accounts, each as EventBridge would bring it."""

    bodies: Sequence[str]


def read_event(file: Path) -> HrDelivery | AccountEvents:
    """Detect the kind of a file by its form; raise Misused when it cannot be read."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Misused("The file cannot be read", detail=str(error)) from error
    if file.suffix.casefold() == ".csv":
        # Signed as it arrives: what is not UTF-8 does not come through API Gateway as it was.
        return HrDelivery(body=text_of(file).encode(), content_type="text/csv")
    try:
        said = json.loads(raw)
    except ValueError as error:
        raise Misused("Not JSON", detail=f"{file}: {error}") from error
    return _told(said, raw)


def _told(said: Any, raw: bytes) -> HrDelivery | AccountEvents:  # noqa: ANN401 - JSON
    if not isinstance(said, Mapping):
        return HrDelivery(body=raw)
    if "detail-type" in said:
        return AccountEvents(bodies=(raw.decode(),))
    if "Records" in said:
        return AccountEvents(bodies=tuple(str(pair["body"]) for pair in said["Records"]))
    if "httpMethod" in said:
        headers = {str(name).lower(): str(entry) for name, entry in (said.get("headers") or {}).items()}
        return HrDelivery(
            body=str(said.get("body") or "").encode(),
            source=str(said.get("path", "")).rpartition("/")[2],
            content_type=headers.get("content-type", "application/json"),
        )
    return HrDelivery(body=raw)
