"""User names and e-mail addresses in DynamoDB, each a record of its own, so that no two people ever have the same."""

from boto3.dynamodb.conditions import Attr

from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_writes import Put, Write
from dayone.domain.subject_states import Plan

_HOLDER = "holder"


def claim_key(claim: str) -> RecordKey:
    """The record of a user name or an e-mail address, such as `email:ada@example.com`."""
    return RecordKey(f"CLAIM#{claim}", HEAD)


def claims_in(plan: Plan) -> dict[str, Write]:
    """The writes by which a plan's subject gets what it claims and gives up what it claims no more, by their names."""
    name, before, after = plan.after.subject.name, set(plan.before.claims), set(plan.after.claims)
    # Somebody else may have claimed the same since it was looked at.
    is_to_be_had = IS_NEW | Attr(_HOLDER).not_exists() | Attr(_HOLDER).eq(name)
    taken: dict[str, Write] = {
        f"claim {one}": Put({**claim_key(one)._asdict(), _HOLDER: name}, condition=is_to_be_had)
        for one in sorted(after - before)
    }
    expired = int(plan.cause.at.timestamp())
    given_up: dict[str, Write] = {
        f"claim {one}": Put({**claim_key(one)._asdict(), "expires_at": expired}, condition=Attr(_HOLDER).eq(name))
        for one in sorted(before - after)
    }
    return {**taken, **given_up}
