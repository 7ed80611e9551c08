"""Events about accounts and organizational units, as EventBridge brings them from AWS, whatever form they come in.

They only say where to look: the account itself is read from Organizations. So whatever an event lacks beside the id,
such as a name, does no harm, and what it has beyond that is left alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dayone.contracts.account_event_places import account_in, has_failed, names_another_resource, unit_in
from dayone.errors import Invalid, Malformed

_TAG_CHANGE = "Tag Change on Resource"
# The times in the details of Organizations' own events; newer Java writes a comma after the year and a narrow space.
_JAVA_TIME = "%b %d %Y %I:%M:%S %p"


@dataclass(frozen=True, kw_only=True)
class AccountEvent:
    """Which account to look at again, or below which organizational unit all of them.

    One of the two ids is set, unless `ignored` says why there is nothing to look at.
    """

    id: str
    source: str
    name: str
    at: datetime
    account_id: str = ""
    unit_id: str = ""
    ignored: str = ""


def read(text: str) -> AccountEvent:
    """Read one EventBridge event. Raises Malformed when it is not one, Invalid when it names nothing to look at."""
    try:
        event = _event(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("not an EventBridge event") from error
    if not event.account_id and not event.unit_id and not event.ignored:
        raise Invalid(f"{event.name} {event.id} names no account")
    return event


def _event(envelope: Mapping[str, Any]) -> AccountEvent:
    detail = envelope["detail"]
    name = str(detail.get("eventName", envelope["detail-type"]))
    is_about_units = "organizationalunit" in name.casefold()
    return AccountEvent(
        id=str(envelope["id"]),
        source=str(envelope["source"]),
        name=name,
        at=_first_moment(envelope.get("time"), detail.get("eventTime")),
        account_id="" if is_about_units else account_in(detail, name=name, resources=envelope.get("resources")),
        unit_id=unit_in(detail) if is_about_units else "",
        ignored=_why_ignored(detail, kind=str(envelope.get("detail-type", ""))),
    )


def _why_ignored(detail: Mapping[str, Any], *, kind: str) -> str:
    if detail.get("errorCode"):
        return f"the call failed: {detail['errorCode']}"
    if has_failed(detail):
        return "what it tells of has failed"
    tagged = (detail.get("service"), detail.get("resource-type"))
    if names_another_resource(detail) or (kind == _TAG_CHANGE and tagged != ("organizations", "account")):
        return "it is not about an account"
    return ""


def _first_moment(*texts: object) -> datetime:
    """The first that can be read; raises ValueError when none can."""
    for text in texts:
        for read_one in (_iso, _java):
            try:
                return read_one(str(text))
            except ValueError:
                continue
    raise ValueError("no time that can be read")


def _iso(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


def _java(text: str) -> datetime:
    # AWS writes these in UTC. `split` takes any kind of space, the narrow one included.
    return datetime.strptime(" ".join(text.replace(",", " ").split()), _JAVA_TIME).replace(tzinfo=UTC)
