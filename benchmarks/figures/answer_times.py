"""Response times of the deployed API, compared with functions that do the least possible."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.figures.measuring import Figure
from sandbox import Sandbox
from sandbox.day_one import Deployed, deploy, expect
from sandbox.identity_center_view import instance_of
from sandbox.signed_http import HttpApi
from tests.e2e.deployed import policies
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

ROUNDS, WARMING_UP = 200, 30
_LEAST = Path(__file__).parent / "least_api" / "template.yaml"

type Asks = Mapping[str, Callable[[], None]]


def answer_times() -> tuple[list[Figure], list[str]]:
    """Return the time of reading a person over that of one read by boto3, and notes."""
    with _deployed() as asks:
        for _ in range(WARMING_UP):
            _seconds_of(asks)
        rounds = [_seconds_of(asks) for _ in range(ROUNDS)]
    figures = [Figure("reading a person / one read by boto3, warm", _ratio(rounds, "person", to="one read"), 1.3)]
    notes = [
        f"answers of the deployed API, the median of {ROUNDS} rounds: "
        + ", ".join(f"{name} {1000 * median(record[name] for record in rounds):.1f} ms" for name in asks),
        f"  a function that reads one record / a constant: {_ratio(rounds, 'one read', to='constant'):.2f}",
        f"  reading a person / a constant: {_ratio(rounds, 'person', to='constant'):.2f}",
    ]
    return figures, notes


def _ratio(rounds: list[dict[str, float]], name: str, *, to: str) -> float:
    # A slow moment of the machine meets both requests of a round.
    return median(record[name] / record[to] for record in rounds)


def _seconds_of(asks: Asks) -> dict[str, float]:
    seconds = {}
    for name, ask in asks.items():
        began = time.perf_counter()
        ask()
        seconds[name] = time.perf_counter() - began
    return seconds


@contextmanager
def _deployed() -> Iterator[Asks]:
    with Sandbox() as sandbox:
        deployed = deploy(sandbox, instance_of(sandbox))
        parameters = {"TableName": deployed.stack.resources["StateTable"]}
        least = sandbox.deploy("least", template=_LEAST, parameters=parameters)
        url = sandbox.api_url(least.resources["LeastApi"], stage="live")
        beside = replace(deployed.api, url=url)
        yield {
            "person": _asking(deployed.api, f"/v1/people/{_somebody_settled(deployed)}"),
            "constant": _asking(beside, "/constant/people/e-1"),
            "one read": _asking(beside, "/one-read/people/e-1"),
        }


def _asking(api: HttpApi, path: str) -> Callable[[], None]:
    def ask() -> None:
        expect(api.get(path), status=200)

    return ask


def _somebody_settled(deployed: Deployed) -> str:
    headers = {"content-type": "application/yaml"}
    body = policies.text_of(policies.UNPROTECTED)
    expect(deployed.api.send("PUT", "/v1/policy", body=body, headers=headers), status=202)
    person = somebody()
    change = expect(deployed.hr.tell(person), status=202)["change"]
    path = f"/v1/changes/{change}"
    eventually(lambda: deployed.api.get(path), holds=lambda said: said.status == 200 and _is_over(said.json()))  # noqa: PLR2004
    return person["id"]


def _is_over(said: Mapping[str, Mapping[str, str]]) -> bool:
    return said["change"]["state"] == "succeeded"
