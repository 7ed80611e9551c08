"""The ports of the fence, in memory and over DynamoDB and Systems Manager alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from dayone.adapters.dynamodb.read_models import DynamoStateTables
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.table_fence import EndingTableRecoveries, SsmTableIdentity, TableFence, TableRecoveries
from dayone.errors import Unavailable
from dayone.model.changes import Cause, CauseKind
from dayone.model.recovery import Recovery, TableIdentity
from dayone.ports.recovery import EndingRecoveries, OutsideIdentity
from dayone.ports.state_tables import TableOwner
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import NOW
from tests.fakes.state_tables import MemoryFence, MemoryOutsideIdentity
from tests.fakes.table.state import State

pytest_plugins = ("tests.contract.state_fixtures",)
_NUMBERS = count(1)


@dataclass
class Fenced:
    """A fence, what stands outside it, the id of its table, and the way to note an identity in the table."""

    fence: EndingRecoveries
    outside: OutsideIdentity
    table_id: str
    own: Callable[[TableIdentity], None]


def _in_memory() -> Fenced:
    state, outside = State(identity=None), MemoryOutsideIdentity()

    def own(identity: TableIdentity) -> None:
        state.identity = identity

    return Fenced(MemoryFence(state, outside), outside, state.table_id, own)


def _over(there: StateTable, ssm: Any) -> Fenced:  # noqa: ANN401 - any client
    outside = SsmTableIdentity(ssm, parameter=f"/dayone/fence-{next(_NUMBERS)}/table")
    tables = DynamoStateTables(there.client)

    def own(identity: TableIdentity) -> None:
        owner = TableOwner(stack="dayone", table_id=identity.table_id, epoch=identity.epoch)
        tables.take(there.name, owner, before=tables.owner(there.name), at=NOW)

    fence = EndingTableRecoveries(there.client, table=there.wrapped(), name=there.name, outside=outside, stack="dayone")
    return Fenced(fence, outside, tables.describe(there.name).id, own)


@pytest.fixture(params=["fake", "ministack"])
def fenced(request: pytest.FixtureRequest) -> Iterator[Fenced]:
    if request.param == "fake":
        yield _in_memory()
    else:
        sandbox: Sandbox = request.getfixturevalue("sandbox")
        yield _over(request.getfixturevalue("table_in_ministack"), sandbox.client("ssm"))


def test_a_table_with_the_identity_that_stands_outside_is_the_stacks_own(fenced: Fenced) -> None:
    identity = TableIdentity(table_id=fenced.table_id, epoch=3)
    fenced.own(identity)
    fenced.outside.write(identity)
    assert fenced.fence.recovery() is None
    assert fenced.fence.begin(at=NOW) is None
    fenced.fence.end()
    assert fenced.outside.read() == identity


@pytest.mark.parametrize(
    ("inside", "outside"),
    [(None, "own"), ("other", "other"), ("own", "other"), ("own", "later")],
    ids=["a new table", "a copy", "another stack's or an accepted one", "put back from a copy of its items"],
)
def test_any_other_table_is_in_recovery_until_that_has_ended(fenced: Fenced, inside: str | None, outside: str) -> None:
    identities = {
        "own": TableIdentity(table_id=fenced.table_id),
        "other": TableIdentity(table_id="another"),
        "later": TableIdentity(table_id=fenced.table_id, epoch=2),
    }
    if inside:
        fenced.own(identities[inside])
    fenced.outside.write(identities[outside])
    assert fenced.fence.recovery() == Recovery(table_id=fenced.table_id)
    noted = Recovery(table_id=fenced.table_id, since=NOW)
    assert fenced.fence.begin(at=NOW) == noted
    assert fenced.fence.begin(at=NOW.replace(year=2030)) == noted
    cause = Cause(change="01CHANGE", kind=CauseKind.RECOVERY, actor="arn:admin", reference=fenced.table_id, at=NOW)
    rebuilt = replace(noted, requested=cause, change="01CHANGE")
    fenced.fence.note(rebuilt)
    assert fenced.fence.recovery() == rebuilt
    fenced.fence.end()
    assert fenced.fence.recovery() is None
    ended = fenced.outside.read()
    assert ended is not None
    assert (ended.table_id, ended.epoch) == (fenced.table_id, identities[outside].epoch + 1)


def test_what_nobody_has_written_outside_says_nothing(fenced: Fenced) -> None:
    fenced.own(TableIdentity(table_id=fenced.table_id))
    assert fenced.outside.read() is None
    assert fenced.fence.recovery() is None


def test_a_parameter_that_holds_something_else_says_nothing(table_in_ministack: StateTable, sandbox: Sandbox) -> None:
    ssm, name = sandbox.client("ssm"), "/dayone/garbled/table"
    ssm.put_parameter(Name=name, Value="{", Type="String", Overwrite=True)
    outside = SsmTableIdentity(ssm, parameter=name)
    with pytest.raises(Unavailable):
        outside.read()
    there = table_in_ministack
    tables = DynamoStateTables(there.client)
    owner = TableOwner(stack="dayone", table_id=tables.describe(there.name).id)
    tables.take(there.name, owner, before=None, at=NOW)
    fence = TableFence(there.client, table=there.wrapped(), name=there.name, outside=outside)
    assert fence.recovery() is None


def test_the_adapters_call_what_they_declare(table_in_ministack: StateTable, sandbox: Sandbox) -> None:
    dynamodb, ssm = table_in_ministack.connect(), sandbox.client("ssm")
    actions = recorded_actions(dynamodb)
    parameters = recorded_actions(ssm)
    outside = SsmTableIdentity(ssm, parameter="/dayone/calls/table")
    outside.write(TableIdentity(table_id="another"))
    outside.read()
    assert parameters == SsmTableIdentity.ACTIONS
    name = table_in_ministack.name
    given: dict[str, Any] = {"table": DynamoTable(dynamodb, name), "name": name, "outside": outside}
    parameters.clear()
    TableFence(dynamodb, **given).recovery()
    assert actions | parameters == TableFence.ACTIONS
    TableRecoveries(dynamodb, **given).begin(at=NOW)
    assert actions | parameters == TableRecoveries.ACTIONS
    EndingTableRecoveries(dynamodb, **given, stack="dayone").end()
    assert actions | parameters == EndingTableRecoveries.ACTIONS
