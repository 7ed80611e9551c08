"""Redaction of a report: ids, addresses, names of callers and keys that identify the organisation."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

# In this order: what is longer stands before what it contains. Ids of requests stay, since AWS finds a call by them.
_PATTERNS = (
    ("KEY", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("KEY", r"\bwhsec_[A-Za-z0-9+/=]+"),
    ("EMAIL", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("INSTANCE", r"\b(?:ssoins|ins)-[a-zA-Z0-9-.]{16}(?![\w-])"),
    ("STORE", r"\bd-[0-9a-f]{10}\b"),
    ("ORGANIZATION", r"\bo-[a-z0-9]{10,32}\b"),
    ("UNIT", r"\bou-[a-z0-9]{4,32}-[a-z0-9]{8,32}\b"),
    ("ROOT", r"\br-[a-z0-9]{4,32}\b"),
    ("SERVICE-CONTROL-POLICY", r"\bp-[a-z0-9]{8,128}\b"),
    ("API", r"https?://[^\s/\"']+(?:/_aws/execute-api/\w+)?"),
    ("ACCOUNT", r"(?<![\w-])\d{12}(?!\w)"),
)
_CALLERS = re.compile(r"(:(?:assumed-role|user|federated-user)/)([^\s\"',)]+)")


class Redactor:
    """Replaces each of these by its kind and a number, the same one wherever the same text stands.

    Callers whose name begins with `own`, the name of the stack, are Day One's roles and stay.
    """

    def __init__(self, *, own: str, folders: Sequence[str] = ()) -> None:
        self._own = own
        self._folders = [folder for folder in folders if len(folder) > 1]
        self._numbers: dict[str, dict[str, int]] = {}

    def redacted(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the same JSON with every text in it redacted, except the names of members."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {name: self.redacted(member) for name, member in value.items()}
        if isinstance(value, list | tuple):
            return [self.redacted(member) for member in value]
        return value

    def text(self, text: str) -> str:
        """One text, redacted."""
        for folder in self._folders:
            text = text.replace(folder, "FOLDER")
        text = _CALLERS.sub(self._caller, text)
        for kind, pattern in _PATTERNS:
            text = re.sub(pattern, lambda match, kind=kind: self._numbered(kind, match[0]), text)  # type: ignore[misc]
        return text

    def _caller(self, match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        return match[0] if name.startswith((self._own, "AWSReservedSSO_First")) else kind + self._numbered("NAME", name)

    def _numbered(self, kind: str, text: str) -> str:
        numbers = self._numbers.setdefault(kind, {})
        return f"{kind}-{numbers.setdefault(text, len(numbers) + 1)}"
