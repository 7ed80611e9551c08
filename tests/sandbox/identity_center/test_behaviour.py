"""Behaviour of the local Identity Center: like AWS, immediate, or by given numbers."""

import http.client
import json
import random
import statistics
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from sandbox import paths
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.calls import Calls


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer(Settings(behaviour=Behaviour.instant())) as server:
        yield server


def control(server: IdentityCenterServer, method: str, path: str, body: str = "") -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request(method, f"/_sandbox/{path}", body)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("realistic", Behaviour.realistic()),
        ("instant", Behaviour.instant()),
        ("realistic,call_seconds=0", Behaviour.realistic(call_seconds=0.0)),
        ("instant, calls_per_second=realistic", Behaviour.instant(calls_per_second=20)),
        ("realistic,outstanding_assignments=none", Behaviour.realistic(outstanding_assignments=None)),
        ("realistic,assignment_seconds=instant,spread=0.1", Behaviour.realistic(assignment_seconds=0.05, spread=0.1)),
        (Behaviour.realistic(spread=0.25).text, Behaviour.realistic(spread=0.25)),
        ("instant,management_removals_by_caller=on", Behaviour.instant(management_removals_by_caller=True)),
        (
            Behaviour.realistic(management_removals_by_caller=True).text,
            Behaviour.realistic(management_removals_by_caller=True),
        ),
    ],
)
def test_a_behaviour_is_written_as_a_word_and_the_numbers_that_differ(text: str, meant: Behaviour) -> None:
    assert Behaviour.parse(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slow",
        "instant,patience=1",
        "instant,spread=wide",
        "instant,spread=none",
        "instant,spread=on",
        "instant,management_removals_by_caller=1",
        "instant,call_seconds=-1",
        "instant,call_seconds=nan",
        "realistic,calls_per_second=0",
    ],
)
def test_what_no_service_could_do_is_no_behaviour(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Behaviour.parse(text)


def test_a_faster_clock_shortens_times_raises_rates_and_leaves_counts() -> None:
    faster = Behaviour.realistic().faster(10)
    assert faster.assignment_seconds == pytest.approx(0.3)
    assert faster.calls_per_second == 200
    assert (faster.outstanding_assignments, faster.spread) == (15, 0.6)
    assert Behaviour.instant().faster(10).calls_per_second is None


def test_an_assignment_takes_as_long_as_has_been_seen_of_aws() -> None:
    behaviour, source = Behaviour.realistic(), random.Random(0)  # noqa: S311 - nothing secret is drawn
    drawn = [behaviour.drawn(behaviour.assignment_seconds, source) for _ in range(5000)]
    assert statistics.median(drawn) == pytest.approx(3.0, rel=0.1)
    assert min(drawn) == pytest.approx(0.6)
    assert max(drawn) == 15.0
    tenth, *_, ninetieth = statistics.quantiles(drawn, n=10)
    assert tenth == pytest.approx(1.4, abs=0.2)
    assert ninetieth == pytest.approx(6.5, abs=0.5)


def test_the_readme_tells_every_number() -> None:
    told = (paths.REPOSITORY / "sandbox" / "README.md").read_text()
    realistic, instant = asdict(Behaviour.realistic()), asdict(Behaviour.instant())
    rows = [line.split("|") for line in told.splitlines() if line.startswith("| `") and line.split("`")[1] in realistic]
    assert {row[1].strip(" `") for row in rows} == realistic.keys() - {"spread"}
    for _, name, here, at_once, *_ in rows:
        key = name.strip(" `")
        for said, meant in ((here, realistic[key]), (at_once, instant[key])):
            word = said.split()[0].strip(",")
            words = {"none": None, "on": True, "off": False}
            assert (words[word] if word in words else float(word)) == meant, key
    assert f"`spread` {realistic['spread']}" in told


def test_a_running_server_is_told_to_behave_differently(server: IdentityCenterServer) -> None:
    server.behave(Behaviour.realistic(call_seconds=0.0))
    status, said = control(server, "GET", "behaviour")
    assert (status, said["calls_per_second"], said["call_seconds"]) == (200, 20.0, 0.0)
    assert control(server, "PUT", "behaviour", "instant")[1]["calls_per_second"] is None
    status, said = control(server, "PUT", "behaviour", "instant,spread=wide")
    assert (status, said) == (400, {"error": "'spread=wide' gives no number"})
    assert control(server, "GET", "behaviour")[1]["spread"] == 0.3


def test_an_administrator_disables_a_user_in_the_console_and_the_api_shows_it(server: IdentityCenterServer) -> None:
    center = Calls(server)
    user = center.new_user()
    assert control(server, "PUT", f"users/{user}/status", "DISABLED")[0] == 200
    assert center.answer("identitystore", "DescribeUser", UserId=user)["UserStatus"] == "DISABLED"
    for wrong in (("users/nobody/status", "DISABLED"), (f"users/{user}/status", "ASLEEP")):
        assert control(server, "PUT", *wrong)[0] == 400
