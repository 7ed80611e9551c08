"""Cost of a webhook: calls to AWS for each event, and the time of receiving one beside that of only parsing it.

The time is a ratio of processor times within this run: `receive_hr_event` with signature, configuration and message,
over a handler that has Powertools read the same event into the same model and does nothing else.
"""

import base64
import contextlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from aws_lambda_powertools.utilities.parser import event_parser
from aws_lambda_powertools.utilities.parser.envelopes import ApiGatewayEnvelope
from aws_lambda_powertools.utilities.typing import LambdaContext
from standardwebhooks import Webhook

from benchmarks.figures.measuring import Figure, least_seconds, report, wants_json
from dayone.adapters.sqs import SqsInbox
from dayone.hr.connectors.standard import PersonEvent
from dayone.hr.webhook import ReceiveHrEvent, Refusals, receive_hr_event
from dayone.logs import logger_of
from dayone.wiring import functions as wiring
from functions.receive_hr_event import app
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.hr import MemoryHrSources
from tests.fakes.own_apis import MemoryOwnApis
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.unit.hr_senders import NOW, SAMPLES, SETUP, key_of, sent
from tests.unit.hr_world import ADA, later, tells
from tests.unit.world import World

EVENT = Path(__file__).parents[1] / "events" / "receive_hr_event" / "joiner.json"
KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
EVENTS, ROUNDS = 25, 100
GROUPS = ("engineers", "everyone", "on-call")
READS = ("find", "get", "list", "describe")


class Sqs:
    """Stands for the client of SQS: counts the calls, and takes every message."""

    def __init__(self) -> None:
        self.calls = 0

    def send_message_batch(self, **_: object) -> dict[str, Any]:
        """Take a batch."""
        self.calls += 1
        return {}


class Context(LambdaContext):
    """Context of an invocation, as Lambda gives it to a handler."""

    def __init__(self) -> None:
        self._function_name = "receive_hr_event"
        self._memory_limit_in_mb = 1024
        self._invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:receive_hr_event"
        self._aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


logger = logger_of("only_parsing")


@logger.inject_lambda_context(clear_state=True)
@event_parser(model=PersonEvent, envelope=ApiGatewayEnvelope)
def only_parsing(event: PersonEvent, _context: LambdaContext) -> dict[str, Any]:
    """Parse the same event with Powertools and answer it."""
    logger.info("HR event taken", extra={"source": "standard"})
    return {"statusCode": 202, "body": json.dumps({"change": event.data.id})}


def receiving(sqs: Sqs, *, setup: str = "", clock: Callable[[], datetime] | None = None) -> ReceiveHrEvent:
    """Return the ports of the function, with a queue that only counts."""
    return ReceiveHrEvent(
        sources=_Once(setup),
        keys=MemorySigningKeys({"standard": (KEY,), **{source: (key_of(source),) for source in SAMPLES}}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=SqsInbox(sqs, queue_url="https://sqs.example.com/inbox"),  # type: ignore[arg-type] # one method is used
        clock=clock or (lambda: datetime.now(UTC)),
    )


class _Once(MemoryHrSources):
    """Reads its text once, as the adapter does for as long as it has not changed."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._read = super().configuration()

    def configuration(self) -> Any:  # noqa: ANN401 - as the fake
        return self._read


def signed_event() -> dict[str, Any]:
    """Return a joiner's event, signed now."""
    event: dict[str, Any] = json.loads(EVENT.read_text())
    now = datetime.now(UTC)
    event["headers"] |= {
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(KEY).sign(event["headers"]["Webhook-Id"], now, event["body"]),
    }
    return event


def time_of_an_event() -> Figure:
    """Return the time of receiving over that of parsing."""
    event, context, ports = signed_event(), Context(), receiving(Sqs())
    wiring.receive_hr_event_ports = lambda: ports  # type: ignore[assignment] # made once in a process, as in Lambda
    wiring.own_apis = MemoryOwnApis  # type: ignore[assignment] # the same

    def received() -> None:
        for _ in range(EVENTS):
            assert app.lambda_handler(event, context)["statusCode"] == 202  # noqa: PLR2004

    def parsed() -> None:
        for _ in range(EVENTS):
            assert only_parsing(event, context)["statusCode"] == 202  # noqa: PLR2004

    with contextlib.redirect_stdout(io.StringIO()):
        _to_nowhere()
        rounds = [least_seconds({"received": received, "parsed": parsed}, rounds=1) for _ in range(ROUNDS)]
    # A slow moment meets both tasks of a round; the two luckiest moments of all would be no pair.
    ratio = median(record["received"] / record["parsed"] for record in rounds)
    return Figure("time of an event / only parsing it", ratio, 2.0)


def _to_nowhere() -> None:
    # Powertools holds on to the output as it was when the logger was made.
    for entry in (logger, app.logger):
        for handler in entry.handlers:
            handler.setStream(io.StringIO())  # type: ignore[attr-defined] # a StreamHandler


def calls_of_an_event() -> Figure:
    """Return the most calls to AWS for an event of any source, all of them to SQS."""
    most = 0
    for source in SAMPLES:
        sqs = Sqs()
        receive_hr_event(sent(source), ports=receiving(sqs, setup=SETUP, clock=lambda: NOW))
        most = max(most, sqs.calls)
    return Figure("calls to SQS for an event", most, 1)


class Counted:
    """A port whose calls are counted, by whether they write."""

    def __init__(self, port: object, counts: dict[str, int]) -> None:
        self._port, self._counts = port, counts

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def counting(*arguments: object, **named: object) -> object:
            self._counts["reads" if name.startswith(READS) else "writes"] += 1
            return found(*arguments, **named)

        return counting


def identity_store_calls() -> list[Figure]:
    """Return the cost of a joiner with three groups, and then of a webhook that changes nothing."""
    counts = {"reads": 0, "writes": 0}
    world = World()
    world.policy_is(a_policy(*(a_group(name) for name in GROUPS), a_set("ViewOnly"), an_assignment()))
    world.account_is(an_account())
    world.settle()
    world.around = lambda name, port: Counted(port, counts) if name == "directory" else port
    later(world, seconds=1)
    tells(world, "e-1", ADA)
    world.settle()
    joiner = dict(counts)
    later(world, minutes=1)
    tells(world, "e-1", ADA)
    world.settle()
    assert world.groups() == {name: {"ada@example.com"} for name in GROUPS}
    return [
        Figure("writes to the Identity Store, joiner with 3 groups", joiner["writes"], 4),
        Figure("reads of the Identity Store, the same", joiner["reads"], 0),
        Figure("calls for a webhook that changes nothing", sum(counts.values()) - sum(joiner.values()), 0),
    ]


def main() -> None:
    """Measure, and end with 1 when a bound is missed."""
    as_json = wants_json(__doc__ or "")
    figures = [calls_of_an_event(), *identity_store_calls(), time_of_an_event()]
    notes = [f"{EVENTS} events, the median of {ROUNDS} rounds; every source's sample for the calls"]
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
