"""User names and e-mail addresses in DynamoDB, each a record of its own, so that no two people ever have the same."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr

from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_writes import Put, Write
from dayone.domain.subject_states import Claim, Plan

_HOLDER, _FORMER = "holder", "former"
# Until then AWS has long renamed the user of whoever gave it up.
_REMEMBERED_FOR = timedelta(days=30)


def claim_key(claim: str) -> RecordKey:
    """The record of a user name or an e-mail address, such as `email:ada@example.com`."""
    return RecordKey(f"CLAIM#{claim}", HEAD)


def claim_in(record: Mapping[str, Any]) -> Claim:
    """The claim in its record, which may be empty."""
    return Claim(holder=str(record.get(_HOLDER, "")), former=str(record.get(_FORMER, "")))


def claims_in(plan: Plan) -> dict[str, Write]:
    """The writes by which a plan's subject gets what it claims and gives up what it claims no more, by their names."""
    name, before, after = plan.after.subject.name, set(plan.before.claims), set(plan.after.claims)
    # Somebody else may have claimed the same since it was looked at.
    is_to_be_had = IS_NEW | Attr(_HOLDER).not_exists() | Attr(_HOLDER).eq(name)
    taken: dict[str, Write] = {
        f"claim {one}": Put({**claim_key(one)._asdict(), _HOLDER: name}, condition=is_to_be_had)
        for one in sorted(after - before)
    }
    expired = {_FORMER: name, "expires_at": int((plan.cause.at + _REMEMBERED_FOR).timestamp())}
    given_up: dict[str, Write] = {
        f"claim {one}": Put({**claim_key(one)._asdict(), **expired}, condition=Attr(_HOLDER).eq(name))
        for one in sorted(before - after)
    }
    return {**taken, **given_up}
