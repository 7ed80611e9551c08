"""Calls to Organizations for the events of new accounts, counted at a local one through boto3."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from benchmarks.figures.measuring import Figure, report, wants_json
from dayone.adapters.organizations.accounts import AwsOrganization
from sandbox.identity_center.moto_extension import extended_moto
from tests.fakes.organization import MemoryUnitNames

_ACCOUNTS = 100
_UNITS = 10
# Of its creation, that it joined, its move, its tags in two ways, and Control Tower's.
_EVENTS_OF_ONE = 6
_EVENTS_IN_A_BATCH = 10
_BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class _Counted:
    """An organisation with accounts in units, read by one process, whose calls are counted."""

    def __init__(self) -> None:
        self.now = _BEGIN
        self.calls: Counter[str] = Counter()
        self._client: Any = boto3.client("organizations", region_name="us-east-1")
        self.accounts = list(self._made())
        self._client.meta.events.register("before-call", self._count)
        self.organization = AwsOrganization(self._client, names=MemoryUnitNames(), clock=lambda: self.now)

    def _made(self) -> Iterator[str]:
        root = self._client.list_roots()["Roots"][0]["Id"]
        units = [
            self._client.create_organizational_unit(ParentId=root, Name=f"unit-{number}")["OrganizationalUnit"]["Id"]
            for number in range(_UNITS)
        ]
        for number in range(_ACCOUNTS):
            self._client.create_account(AccountName=f"account-{number}", Email=f"{number}@example.com")
        while len(made := self._listed()) < _ACCOUNTS:
            time.sleep(0.05)
        for number, account in enumerate(made):
            place = {"SourceParentId": root, "DestinationParentId": units[number % _UNITS]}
            self._client.move_account(AccountId=account, **place)
            yield account

    def _listed(self) -> list[str]:
        pages = self._client.get_paginator("list_accounts").paginate()
        return [pair["Id"] for page in pages for pair in page["Accounts"] if pair["Name"].startswith("account-")]

    def _count(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's, without a public type
        self.calls[model.name] += 1

    def take(self, account: str, *, happened: datetime) -> None:
        """Have an event answered that is about an account."""
        assert self.organization.account(account, since=happened) is not None


def main() -> None:
    """Count, and compare with the bounds."""
    as_json = wants_json(__doc__ or "")
    with extended_moto():
        alone = _one_by_one()
    with extended_moto():
        batched = _in_batches()
    names = alone.pop("DescribeOrganizationalUnit")
    report(
        [
            Figure("calls for an event that comes alone", alone.total() / _ACCOUNTS, 2),
            Figure("calls for tags in a batch of events about one account", batched["ListTagsForResource"], 1),
            Figure("calls for each event of such a batch", batched.total() / _EVENTS_IN_A_BATCH, 2),
            Figure("calls for the name of a unit, however many events", names / _UNITS, 1),
        ],
        notes=[
            f"{_ACCOUNTS} accounts in {_UNITS} units, whose paths are served; {_EVENTS_IN_A_BATCH} events in a batch"
        ],
        as_json=as_json,
    )


def _one_by_one() -> Counter[str]:
    """Send one event for each account, each just when it happens."""
    counted = _Counted()
    for account in counted.accounts:
        counted.now += timedelta(seconds=3)
        counted.take(account, happened=counted.now)
    return counted.calls


def _in_batches() -> Counter[str]:
    """All events about one account are in one batch, and have happened within a minute before it is taken up."""
    counted = _Counted()
    for number in range(_EVENTS_IN_A_BATCH):
        happened = counted.now - timedelta(seconds=60 - number % _EVENTS_OF_ONE)
        counted.take(counted.accounts[0], happened=happened)
    return counted.calls


if __name__ == "__main__":
    main()
