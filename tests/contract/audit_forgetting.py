"""Erasure of a person's data from entries of the audit log, as an operator does it.

The digests are computed independently here, as the decision about them describes, and not with the code that verifies
them.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

_SEALED = {"action", "actor", "change", "detail", "operation", "reasons", "subject"}
_ENTRY = ("actor", "action", "subject", "change", "outcome", "operation", "request_id", "detail")
_LISTS = {"listed_in", "listed_as"}


def forget(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """The record without these values, which leave their digests; the salt goes, and the keys of the others stay."""
    seals, dropped = record["seals"], set(names) & record.keys()
    keys = seals.get("keys") or {name: _mac(seals["salt"], name) for name in sorted(_SEALED & record.keys())}
    left = {name: key for name, key in keys.items() if name not in dropped}
    digests = {name: _mac(keys[name], json.dumps(_value(record, name), sort_keys=True)) for name in sorted(dropped)}
    parts = {"keys": left, "digests": {**seals.get("digests", {}), **digests}}
    gone = dropped | (_LISTS if "subject" in dropped else set())
    kept = {name: value for name, value in record.items() if name not in gone}
    return {**kept, "seals": {name: part for name, part in parts.items() if part}}


def forget_person(record: dict[str, Any], *, subject: str, words: Iterable[str]) -> dict[str, Any] | None:
    """The record without what names a person, or tells something of one whom it is about; None if nothing does."""
    if "seals" not in record:
        return None
    names = {name for name in _SEALED & record.keys() if any(word in json.dumps(record[name]) for word in words)}
    if record.get("subject") == subject:
        names |= {"subject", "operation", "change", "reasons", "detail"}
    return forget(record, *names) if names else None


def in_first_format(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Entries and ends of a log of whole lanes as they were written when the hash covered all values as they are."""
    entries = [record for record in records if record["pk"] != "AUDIT"]
    ends = {record["sk"].removeprefix("TAIL#"): record for record in records if record["pk"] == "AUDIT"}
    ordered = sorted(entries, key=lambda record: record["sk"])
    for lane, chain in groupby(ordered, key=lambda record: record["sk"][:-13]):
        previous = "0" * 64
        for record in chain:
            former = {name: value for name, value in record.items() if name != "seals"}
            entry = {name: record.get(name, "") for name in _ENTRY}
            entry |= {"at": record["at"].replace("T", " ").replace(".000000", ""), "reasons": _value(record, "reasons")}
            place = {"lane": lane, "number": int(record["sk"][-12:]), "previous_day": record.get("previous_day", "")}
            text = json.dumps({"entry": entry, "hash": previous, **place}, sort_keys=True)
            previous = hashlib.sha256(text.encode()).hexdigest()
            yield {**former, "hash": previous}
        yield {**ends[lane], "hash": previous}


def _value(record: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    if name != "reasons":
        return record[name]
    return [{"rule": "", "because": "", **reason} for reason in record.get(name, [])]


def _mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
