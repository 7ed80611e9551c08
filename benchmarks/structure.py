"""Length of four trips through the core: the modules and functions that run from an event to the last write.

Each trip takes the production path, over the fakes of the tests, so that adapters are not among the modules. A function
counts once, however often it runs; what Python generates for a dataclass does not count.
"""

import ast
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType, FrameType

from standardwebhooks import Webhook

from benchmarks.figures.measuring import Figure, marked, report, wants_json
from dayone.access.explain.explanation import explain_access
from dayone.accounts.events import RecordAccountEvent, record_account_event
from dayone.api.routes.people import explain_answer
from dayone.hr.webhook import ReceiveHrEvent, Refusals, receive_hr_event
from dayone.messages.deliveries import Delivery
from dayone.policy.language.parser import read_policy
from dayone.policy.service import submit_policy
from tests.builders import ACCOUNT_ID, NOON, a_person, an_account
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryDeadLetters, MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.fakes.table.policies import LivingProcess
from tests.unit.previews import POLICY, api_of
from tests.unit.world import World

CORE = Path(__file__).parents[1] / "layers" / "core" / "dayone"
EVENTS = Path(__file__).parents[1] / "events"
KEY = "YSBrZXkgb2YgMzIgYnl0ZXMgZm9yIHRoaXMgdGVzdC4="
# Modules that a trip may run, and functions: what each took before anything was held that is given.
MODULES = {"hr_webhook": 40, "account_event": 32, "new_policy": 50, "explain": 25}
FUNCTIONS = {"hr_webhook": 297, "account_event": 263, "new_policy": 394, "explain": 217}
# Modules of the whole core, for the capabilities that there were when this bound was set. These have come since.
MODULES_OF_FIRST_CAPABILITIES = 250
_ADDED = {
    "adoptions by decision": ("adoption/", "preview/existing"),
    "whom an approval excludes": ("planning/blame", "planning/causes", "reconcile/blame", "model/policy/origins"),
    "sensitive access": (
        "planning/additions",
        "planning/first_days",
        "planning/held_gifts",
        "policy/managed_policies",
        "policy/permissions_management",
        "policy/sensitive_documents",
        "policy/sensitive_notes",
        "policy/sensitivity",
    ),
    "rules that match nothing": ("policy/protection", "policy/rule_probes", "policy/unmatched_rules"),
    "approvals of HR configurations": ("hr/configuration_approval", "ops/hr_configuration_approval"),
    "signed checkpoints of the audit log": ("adapters/checkpoints", "ops/checkpoints"),
    "rules that the audit log shows": ("ops/audit_rules",),
    "events of another origin": ("messages/origin", "adapters/setup/invokers"),
    "what a stack claims and attaches": (
        "adapters/cloudformation",
        "ports/state_tables",
        "setup/custom_resource",
        "setup/session_policy",
        "setup/state_table",
    ),
    "taking over an estate": ("takeover/", "executor/handlers/only_existing", "executor/taken_over"),
    "what alarms are about": ("model/monitoring", "ops/silences", "wiring/sweep"),
    "forgotten people": ("adapters/dynamodb/personal_data", "hr/forget", "model/personal_data", "ports/personal_data"),
    "inventory": (
        "access/inventory_report",
        "adapters/identity_center/inventory",
        "adapters/inventory",
        "api/routes/inventory",
        "api/schemas/inventory",
        "executor/existing_use",
        "inventory/",
        "model/inventory",
        "ports/inventory",
        "wiring/inventory",
    ),
    "plans of everybody": ("preview/builder", "preview/company", "preview/plans", "preview/portions"),
    "plans of everybody, kept": ("adapters/company_plans", "model/policy/company_plans", "ports/company_plans"),
    "plans of everybody, put together": ("api/routes/plans", "api/schemas/plans", "wiring/previews"),
    "notifications": ("adapters/notifications", "adapters/senders", "model/policy/notifications", "notifications/"),
    "their edges": ("api/routes/notifications", "api/schemas/notifications", "policy/language/notification_shapes"),
    "what goes over the bus": ("wiring/bus",),
    "recovery of a lost record": (
        "adapters/table_fence",
        "model/recovery",
        "ops/recovery",
        "ports/recovery",
        "reconcile/recovery",
        "wiring/fence",
    ),
}
# What is known to miss its bound: its value, which may not grow, and the reason.
_CUT = "a trip's modules have 240 lines on average: hardly two of one subject fit into the 300 of a module"
_GIVEN = "what is given is judged by all that an approval rests on, as well as what is removed, near AWS's own quotas"
EXPECTED: Mapping[str, tuple[float, str]] = {
    "modules_hr_webhook": (43, _CUT),
    "modules_account_event": (39, _CUT),
    "modules_new_policy": (52, _CUT),
    "functions_hr_webhook": (308, _GIVEN),
    "functions_account_event": (294, _GIVEN),
    "functions_new_policy": (437, _GIVEN),
}


@dataclass
class Trace:
    """The functions of the core that have run, by module and qualified name."""

    seen: set[CodeType] = field(default_factory=set)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch every call in the meantime."""
        threading.setprofile(self._called)
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self.seen.add(frame.f_code)

    @property
    def functions(self) -> set[tuple[str, str]]:
        """Module and qualified name of each; modules and classes that are made are no functions."""
        found = set()
        for code in self.seen:
            path = Path(code.co_filename)
            is_made = not code.co_flags & 1 or code.co_name.startswith("<")  # only functions have fast locals
            if path.is_relative_to(CORE) and not is_made and path.relative_to(CORE).parts[0] != "adapters":
                found.add((str(path.relative_to(CORE)), code.co_qualname))
        return found

    @property
    def modules(self) -> set[str]:
        """The modules of these."""
        return {module for module, _ in self.functions}


def founded() -> World:
    """Return a company with an account and an engineer, with all work complete."""
    world = World()
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.settle()
    world.now += timedelta(seconds=1)
    world.process = LivingProcess()
    return world


def with_policy(world: World) -> World:
    """Return the same company with a policy in force."""
    world.policy_is(read_policy({"policy.yaml": POLICY}, version=0))
    world.settle()
    world.now += timedelta(seconds=1)
    # Reading the policy is part of a trip.
    world.process = LivingProcess()
    return world


_HIRED = {
    "id": "e-9",
    "email": "ada@example.com",
    "given_name": "Ada",
    "family_name": "L",
    "department": "Engineering",
}


def hr_webhook(world: World) -> Callable[[], object]:
    """HR hires somebody: the delivery is verified, planned and carried out."""
    with_policy(world)
    body = json.dumps({"type": "person.created", "timestamp": NOON.isoformat(), "data": _HIRED})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(KEY).sign("msg_1", now, body),
    }
    delivery = Delivery(source="standard", headers=headers, body=body.encode())
    ports = ReceiveHrEvent(
        sources=MemoryHrSources(),
        keys=MemorySigningKeys({"standard": (KEY,)}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=world.inbox,
        clock=lambda: now,
    )

    def hire() -> None:
        receive_hr_event(delivery, ports=ports)
        world.settle()

    return hire


def account_event(world: World) -> Callable[[], object]:
    """Move an account: the event is read, the account refreshed, planned and carried out."""
    with_policy(world)
    (record,) = json.loads((EVENTS / "record_account_event" / "move_account.json").read_text())["Records"]
    world.organization.accounts[ACCOUNT_ID] = an_account(ou_path="/Workloads/Prod")
    world.organization.accounts["999999999999"] = an_account("999999999999")
    body = record["body"].replace(ACCOUNT_ID, "999999999999")
    ports = RecordAccountEvent(inbox=world.inbox, dead_letters=MemoryDeadLetters())

    def move() -> None:
        record_account_event(body, ports=ports)
        world.settle()

    return move


def new_policy(world: World) -> Callable[[], object]:
    """Somebody uploads a policy: it is read, kept, assessed, put in force, rolled out and carried out."""

    def upload() -> None:
        kept = submit_policy({"policy.yaml": POLICY}, actor="arn:admin", ports=api_of(world))
        world.policies[kept.text] = read_policy({"policy.yaml": POLICY}, version=kept.version)
        world.settle()

    return upload


def explain(world: World) -> Callable[[], object]:
    """Explain a person's access in an account."""
    hr_webhook(world)()
    api = api_of(world)

    def ask() -> object:
        explained = explain_access(
            "e-9",
            ACCOUNT_ID,
            permission_set="",
            records=api.records,
            grants=api.grants,
            policies=api.policies,
            now=world.now,
        )
        return explain_answer(explained)

    return ask


TRIPS = {"hr_webhook": hr_webhook, "account_event": account_event, "new_policy": new_policy, "explain": explain}


def traced(name: str) -> Trace:
    """One trip, from its own beginning."""
    trip, trace = TRIPS[name](founded()), Trace()
    with trace.watching():
        trip()
    return trace


def places_that_hold() -> int:
    """Return how many modules decide whether a removal is held: those that check the limit, or the last assignments."""
    rules = {"why_over_the_limit", "why_ruinous", "gives_nothing"}
    deciding = set()
    for path in CORE.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        if names & rules or path.name == "guardrails.py":
            deciding.add(path)
    return len({path for path in deciding if path.relative_to(CORE).parts[0] in ("model", "planning", "reconcile")})


def modules_of_first_capabilities() -> int:
    """Return how many modules the core has for what it could do when their bound was set."""
    added = tuple(place for places in _ADDED.values() for place in places)
    names = [str(path.relative_to(CORE).with_suffix("")) for path in CORE.rglob("*.py")]
    return sum(
        not any(name == place or (place[-1] == "/" and name.startswith(place)) for place in added) for name in names
    )


def main() -> None:
    """Trace and report."""
    as_json = wants_json(__doc__ or "")
    traces = {name: traced(name) for name in TRIPS}
    figures = [Figure(f"modules_{name}", len(traces[name].modules), most) for name, most in MODULES.items()]
    figures += [Figure(f"functions_{name}", len(traces[name].functions), most) for name, most in FUNCTIONS.items()]
    first = modules_of_first_capabilities()
    figures.append(Figure("modules_of_first_capabilities", first, MODULES_OF_FIRST_CAPABILITIES))
    figures.append(Figure("places_that_decide_what_is_held", places_that_hold(), 2))
    report(marked(figures, EXPECTED), notes=["modules and functions of the core on each trip"], as_json=as_json)


if __name__ == "__main__":
    main()
