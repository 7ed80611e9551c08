"""Accounts, organizational units and tags in AWS Organizations."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.errors import Conflicting, NotFound
from dayone.executor.rate_limits import CallRate
from dayone.model.accounts import Account, AccountState
from dayone.policy.ou_paths import path_of
from dayone.ports.organizations import ListedAccounts, UnitName, UnitNames

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef


# An event of a rename that got lost is made good after this.
_NAMES_LAST = timedelta(hours=1)
# Organizations is eventually consistent, and EventBridge cuts the time of an event to the second.
_SETTLES = timedelta(seconds=10)
_REMEMBERED = 200
_READINGS = 3


@dataclass(frozen=True, kw_only=True)
class _Read:
    """Organizations' answer for an account, None when it is no member, and the start of the call."""

    began: datetime
    described: "AccountTypeDef | None"
    ou_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class AwsOrganization:
    """The port Organization over the API `organizations`. Source: AWS Organizations API Reference.

    An account takes two calls, one for its tags, and one for each name of a unit that was not read within an hour; AWS
    answers only two of those a second, so `names` caches them for all processes. Several events about one account are
    answered with one reading if that began after them.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "organizations:DescribeAccount",
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListAccounts",
            "organizations:ListParents",
            "organizations:ListTagsForResource",
        }
    )

    def __init__(self, client: "OrganizationsClient", *, names: UnitNames, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._names = names
        self._clock = clock
        self._read: dict[str, _Read] = {}

    def account(self, account_id: str, *, since: datetime) -> Account | None:
        """See Organization; raises Conflicting when the account goes on being changed while it is read."""
        for _ in range(_READINGS):
            read = self._read.pop(account_id, None)
            try:
                if read is None or read.began < since + _SETTLES:
                    read = self._read_anew(account_id)
                # The path is made anew: a unit may have been renamed since.
                path = self._path(read.ou_ids)
            except NotFound:
                # The account, or a unit above it, went between two calls. Coming back by the queue takes minutes.
                continue
            self._remember(account_id, read)
            return (
                account_from(read.described, ou_ids=read.ou_ids, tags=read.tags, path=path) if read.described else None
            )
        raise Conflicting(f"account {account_id} changed each time it was read")

    def _remember(self, account_id: str, read: _Read) -> None:
        self._read[account_id] = read
        while len(self._read) > _REMEMBERED:
            del self._read[next(iter(self._read))]

    def list_accounts(self, cursor: str) -> ListedAccounts:
        """See Organization; a part may be empty and another follow."""
        with translated():
            page = self._client.list_accounts(NextToken=cursor) if cursor else self._client.list_accounts()
        return ListedAccounts([record["Id"] for record in page["Accounts"]], cursor=page.get("NextToken", ""))

    def look_again_at_unit(self, unit_id: str) -> None:
        """See Organization."""
        try:
            self._name_read_anew(unit_id)
        except NotFound:
            return

    def is_still_there(self, account: Account) -> bool:
        """See Organization; reads only `names`."""
        names = self._names.recorded(account.ou_ids)
        if len(names) < len(account.ou_ids):
            return True
        return path_of(names[unit_id].name for unit_id in account.ou_ids) == account.ou_path

    def _read_anew(self, account_id: str) -> _Read:
        began = self._clock()
        try:
            with translated():
                described = self._client.describe_account(AccountId=account_id)["Account"]
        except NotFound:
            return _Read(began=began, described=None)
        with translated():
            tags = dict(self._tags(account_id))
            return _Read(began=began, described=described, ou_ids=self._ou_ids(described), tags=tags)

    def _ou_ids(self, described: "AccountTypeDef") -> tuple[str, ...]:
        paths = described.get("Paths")
        if paths:
            return tuple(part for part in paths[0].split("/") if part.startswith("ou-"))
        return tuple(reversed(list(self._units_above(described["Id"]))))

    def _units_above(self, child: str) -> Iterator[str]:
        listing = self._client.get_paginator("list_parents")
        while True:
            # A child has exactly one parent, but a page may be empty and another follow.
            parent = next(record for page in listing.paginate(ChildId=child) for record in page["Parents"])
            if parent["Type"] == "ROOT":
                return
            child = parent["Id"]
            yield child

    def _tags(self, account_id: str) -> Iterator[tuple[str, str]]:
        for page in self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=account_id):
            yield from ((tag["Key"], tag["Value"]) for tag in page["Tags"])

    def _path(self, ou_ids: tuple[str, ...]) -> str:
        names, oldest = self._names.recorded(ou_ids), self._clock() - _NAMES_LAST
        fresh = {unit_id: unit_name.name for unit_id, unit_name in names.items() if unit_name.read_at > oldest}
        return path_of(fresh.get(unit_id) or self._name_read_anew(unit_id) for unit_id in ou_ids)

    def _name_read_anew(self, unit_id: str) -> str:
        began = self._clock()
        with translated():
            answer = self._client.describe_organizational_unit(OrganizationalUnitId=unit_id)
        return self._names.keep(unit_id, UnitName(name=answer["OrganizationalUnit"]["Name"], read_at=began)).name


def account_from(
    described: "AccountTypeDef", *, ou_ids: tuple[str, ...], tags: Mapping[str, str], path: str
) -> Account:
    """Return the account as DescribeAccount answers it, with its place and its tags."""
    return Account(
        id=described["Id"],
        name=described.get("Name", ""),
        email=described.get("Email", ""),
        # Status, which has fewer states, was retired in favour of State in 2026.
        state=AccountState(described.get("State") or described["Status"]),
        ou_path=path,
        ou_ids=ou_ids,
        tags=tags,
        # Every ARN of the organisation is one of its management account's. Source: Service Authorization Reference.
        is_management=described["Arn"].split(":")[4] == described["Id"],
        created_at=described["JoinedTimestamp"].astimezone(UTC) if described.get("JoinedMethod") == "CREATED" else None,
    )


# Calls a second of one account. Source: Organizations User Guide, "Quotas", throttling limits.
_QUOTAS = {
    "DescribeAccount": 20.0,
    "DescribeOrganizationalUnit": 2.0,
    "ListAccounts": 8.0,
    "ListParents": 5.0,
    "ListTagsForResource": 10.0,
}
# What is not in the list: the lowest that AWS has for an API that reads.
_LEAST = 1.0
_AGO = timedelta(hours=1)


class OrganizationsPace:
    """One pace for each API of Organizations in this process, which is one of `processes` that may call at once.

    No pace is below a call a second: not all of them are at the same API for long, and what AWS then refuses slows
    the pace of that API. `sleep` takes seconds.
    """

    def __init__(self, *, processes: int, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._processes = processes
        self._clock = clock
        self._sleep = sleep
        self._paces: dict[str, CallRate] = {}
        self._lock = threading.Lock()

    def guard(self, client: "OrganizationsClient") -> "OrganizationsClient":
        """Return the same client, with each of its calls waiting for its turn."""
        client.meta.events.register("before-parameter-build", self._before_call)
        client.meta.events.register("response-received", self._answered)
        return client

    def _before_call(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's, without a public type
        with self._lock:
            now = self._clock()
            turn = self._pace_of(model.name, now=now).take(now)
        if turn > now:
            self._sleep((turn - now).total_seconds())

    def _answered(self, event_name: str, parsed_response: Any = None, **_: object) -> None:  # noqa: ANN401 - botocore's
        code = (parsed_response or {}).get("Error", {}).get("Code", "")
        if code == "TooManyRequestsException":
            with self._lock:
                now = self._clock()
                self._pace_of(event_name.rpartition(".")[2], now=now).throttled(now)

    def _pace_of(self, api: str, *, now: datetime) -> CallRate:
        pace = self._paces.get(api)
        if pace is None:
            rate = max(_LEAST, _QUOTAS.get(api, _LEAST) / self._processes)
            # As if begun long ago: a process that has just begun has called nobody.
            pace = self._paces[api] = CallRate(lambda _: rate, most=rate, now=now - _AGO)
        return pace
