"""The client below all commands: paths that lead nowhere else, and headers that somebody gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from dayone_cli.answers import Answer
from dayone_cli.api_client import ApiClient, path
from dayone_cli.failures import Misused


@dataclass
class _Sender:
    """Answers everything with an empty object, and keeps what it was sent."""

    sent: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append((method, url, headers))
        del body
        return Answer(status=200, headers={}, text="{}")


@pytest.mark.parametrize("part", ["", " ", ".", "..", " . ", "..\t"])
def test_a_part_that_leads_to_another_path_is_refused(part: str) -> None:
    with pytest.raises(Misused):
        path("v1", "people", part)


@pytest.mark.parametrize(
    ("part", "written"), [("a/b", "a%2Fb"), ("a b", "a%20b"), ("...", "..."), ("é?#", "%C3%A9%3F%23"), ("a+b", "a%2Bb")]
)
def test_any_other_part_stays_one(part: str, written: str) -> None:
    assert path("v1", "people", part) == f"/v1/people/{written}"


def test_the_key_that_somebody_gives_counts_and_a_read_has_none() -> None:
    sender = _Sender()
    client = ApiClient(url="https://api.example", send=sender, new_key=lambda: "made")
    client.request("POST", "/v1/policy", headers={"idempotency-key": "given"}, body=b"")
    client.request("POST", "/v1/policy", headers={}, body=b"")
    client.request("GET", "/v1/policy", headers={}, body=b"")
    assert [headers.get("idempotency-key") for _, _, headers in sender.sent] == ["given", "made", None]


def test_a_query_has_every_value_of_a_list_and_nothing_empty() -> None:
    sender = _Sender()
    client = ApiClient(url="https://api.example", send=sender)
    client.get("/v1/changes", {"author": ["ada", "a b+c"], "state": "", "cursor": None, "limit": 0})
    assert sender.sent[0][1] == "https://api.example/v1/changes?author=ada&author=a%20b%2Bc&limit=0"
