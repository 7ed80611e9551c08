"""What the API's document says, as it is kept, and which of its routes take AWS credentials."""

import json
from typing import Any

from tests.project.repository import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
# Those of `access_api`: whoever sends to the others proves who they are in another way.
SIGNED_PATHS: dict[str, Any] = {
    path: methods
    for path, methods in DOCUMENT["paths"].items()
    if not any(operation.get("security") == [] for operation in methods.values())
}
