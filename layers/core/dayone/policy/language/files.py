"""A policy as it is kept: the texts of its files, which nobody has to understand to hand them on."""

import json
from collections.abc import Mapping

from dayone.model.policy.rules import PolicyVersion


def as_text(files: Mapping[str, str]) -> tuple[str, str]:
    """Join files into a file's name and its text; several become a JSON object of texts by name, without a name."""
    if len(files) == 1:
        return next(iter(files.items()))
    return "", json.dumps(files, ensure_ascii=False)


def files_in(kept: PolicyVersion) -> Mapping[str, str]:
    """Return the texts of a stored policy by the names of their files: the input of `as_text`."""
    files: Mapping[str, str] = {kept.file: kept.text} if kept.file else json.loads(kept.text)
    return files
