"""A first run refuses what is not empty, goes on where it was, and reports nothing that says whose it was."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from first_run.aws import Aws
from first_run.names import GROUP, PERMISSION_SET, STACK, USER
from first_run.record import Differs, Log, State, StepRecord, load
from first_run.redaction import Redactor
from first_run.report import as_document, as_markdown
from first_run.runner import Runner, steps_to_run
from first_run.safety import MOST_ACCOUNTS, MOST_OF_OTHERS, Account, Inventory, member_account, objections
from first_run.scene import Scene
from first_run.steps import STEPS, Step

EMPTY = Inventory(
    caller_arn="arn:aws:sts::111122223333:assumed-role/Admin/somebody",
    account="111122223333",
    organization="o-a1b2c3d4e5",
    management_account="111122223333",
    features="ALL",
    accounts=[Account(id="111122223333", state="ACTIVE"), Account(id="444455556666", state="ACTIVE")],
    instances=["arn:aws:sso:::instance/ssoins-0123456789abcdef"],
    contents={"users": ["me"], "groups": ["admins"], "permission sets": ["AdministratorAccess"]},
)


def contents(**changed: list[str]) -> dict[str, list[str]]:
    return {"users": [], "groups": [], "permission sets": []} | {
        name.replace("_", " "): names for name, names in changed.items()
    }


def many(count: int) -> list[str]:
    return [f"somebody-{number}" for number in range(count)]


def test_an_organisation_with_one_member_and_what_its_administrator_needs_is_empty_enough() -> None:
    assert objections(EMPTY) == []
    assert member_account(EMPTY) == "444455556666"


@pytest.mark.parametrize("kind", ["users", "groups", "permission_sets"])
def test_whoever_uses_identity_center_is_refused(kind: str) -> None:
    assert objections(replace(EMPTY, contents=contents(**{kind: many(MOST_OF_OTHERS)}))) == []
    (objection,) = objections(replace(EMPTY, contents=contents(**{kind: many(MOST_OF_OTHERS + 1)})))
    assert f"has {MOST_OF_OTHERS + 1} {kind.replace('_', ' ')}" in objection
    # Nor does having begun elsewhere than in this organisation, or here, make room for it.
    full = replace(EMPTY, contents=contents(**{kind: many(MOST_OF_OTHERS + 1)}))
    assert objections(full, organization=EMPTY.organization) == [objection]


def test_an_organisation_of_many_accounts_is_refused() -> None:
    accounts = [Account(id=f"{number:012}", state="ACTIVE") for number in range(MOST_ACCOUNTS + 1)]
    (objection,) = objections(replace(EMPTY, accounts=accounts))
    assert f"has {MOST_ACCOUNTS + 1} accounts" in objection


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"account": "444455556666"}, "sign in to that one"),
        ({"caller_arn": "arn:aws:iam::111122223333:root"}, "root user"),
        ({"features": "CONSOLIDATED_BILLING"}, "enable all features"),
        ({"accounts": [Account(id="111122223333", state="ACTIVE")]}, "no active member account"),
        (
            {"accounts": [Account(id="111122223333", state="ACTIVE"), Account(id="444455556666", state="SUSPENDED")]},
            "no active member account",
        ),
        ({"instances": [], "contents": {}}, "0 instances"),
        ({"stack_status": "CREATE_COMPLETE"}, "delete it first"),
        ({"contents": contents(users=[USER])}, "from another first run"),
        ({"contents": contents(groups=[GROUP])}, "from another first run"),
        ({"contents": contents(permission_sets=[PERMISSION_SET])}, "from another first run"),
    ],
)
def test_what_it_does_not_work_for_is_refused_with_what_to_do(changed: dict[str, Any], words: str) -> None:
    (objection,) = objections(replace(EMPTY, **changed))
    assert words in objection


def test_its_own_things_are_no_obstacle_to_the_run_that_has_made_them() -> None:
    made = contents(users=[USER, *many(2)], groups=[GROUP], permission_sets=[PERMISSION_SET])
    resumed = replace(EMPTY, contents=made, stack_status="UPDATE_COMPLETE")
    assert objections(resumed, organization=EMPTY.organization) == []
    (elsewhere, *_) = objections(resumed, organization="o-somewhereelse")
    assert "go on there" in elsewhere


def test_a_named_account_has_to_be_an_active_member() -> None:
    assert objections(EMPTY, account="444455556666") == []
    (objection,) = objections(EMPTY, account="111122223333")
    assert "no active member account of this" in objection


# What a run does


class Steps:
    """Steps that do nothing but what a test says, and remember that they were run."""

    def __init__(self, **does: Callable[[Scene], None]) -> None:
        self.ran: list[str] = []
        self.does = does

    def all(self) -> list[Step]:
        return [Step(name=name, does=f"does {name}", run=self._run(name)) for name in ("first", "second", "third")]

    def _run(self, name: str) -> Callable[[Scene], None]:
        def run(scene: Scene) -> None:
            self.ran.append(name)
            self.does.get(name, lambda scene: scene.log.check("it is", expected="so", observed="so") and None)(scene)

        return run


def runner(folder: Path, *, state: State | None = None, yes: bool = True) -> Runner:
    aws = Aws(template=folder, parameters={}, api="", folder=folder)
    kept = folder / "state.json"
    return Runner(aws=aws, state=state or load(kept), kept=kept, say=lambda _: None, ask=lambda _: yes)


def stops(_: Scene) -> None:
    raise Differs("AWS says no")


def refuses(_: Scene) -> None:
    answer = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"RequestId": "r-1"}}
    raise ClientError(answer, "CreateGroup")  # type: ignore[arg-type]


def differs(scene: Scene) -> None:
    scene.log.check("it is", expected="so", observed="otherwise")


def is_slow(scene: Scene) -> None:
    scene.log.check("it is", expected="so", observed="so", seconds=20, within=10)


@pytest.mark.parametrize("difference", [differs, is_slow])
def test_what_differs_is_reported_and_the_run_goes_on(difference: Callable[[Scene], None], tmp_path: Path) -> None:
    steps, first = Steps(second=difference), runner(tmp_path)
    assert first.run(steps.all())
    assert steps.ran == ["first", "second", "third"]
    document = as_document(first.state, order=["first", "second", "third"], release="1", region="us-east-1")
    assert [text.startswith("second: it is: ") for text in document["differences"]] == [True]


@pytest.mark.parametrize("trouble", [stops, refuses])
def test_it_stops_at_a_step_that_cannot_go_on_and_the_same_command_goes_on_there(
    trouble: Callable[[Scene], None], tmp_path: Path
) -> None:
    steps = Steps(second=trouble)
    assert not runner(tmp_path).run(steps.all())
    assert steps.ran == ["first", "second"]

    resumed = runner(tmp_path)
    mended = Steps()
    left = steps_to_run(mended.all(), resumed.state)
    assert resumed.run(left)
    assert mended.ran == ["second", "third"]
    assert steps_to_run(mended.all(), load(tmp_path / "state.json")) == []


def test_a_step_can_be_named_to_begin_at() -> None:
    steps = Steps().all()
    assert [step.name for step in steps_to_run(steps, State(), begin="third")] == ["third"]
    done = {step.name: StepRecord(name=step.name, began_at="") for step in steps}
    assert [step.name for step in steps_to_run(steps, State(steps=done), begin="second")] == ["second", "third"]


def test_nothing_is_done_that_is_not_wanted(tmp_path: Path) -> None:
    steps = Steps()
    assert not runner(tmp_path, yes=False).run(steps.all())
    assert steps.ran == []


def test_what_a_step_has_made_is_kept_when_it_stops(tmp_path: Path) -> None:
    def makes(scene: Scene) -> None:
        scene.values["table"] = "a-table"
        raise Differs("later")

    runner(tmp_path).run(Steps(first=makes).all())
    assert load(tmp_path / "state.json").values == {"table": "a-table"}


def test_every_step_says_what_it_does_and_the_last_takes_it_away() -> None:
    assert [step.name for step in STEPS] == [
        "deploy",
        "joiner",
        "leaver",
        "management-account",
        "update",
        "delete",
    ]


# What is sent in


def test_a_report_ends_with_what_differed_and_has_awss_words_and_request_ids(tmp_path: Path) -> None:
    first = runner(tmp_path)
    first.run(Steps(second=refuses).all())
    document = as_document(first.state, order=["first", "second", "third"], release="1", region="us-east-1")
    assert document["not_run"] == ["third"]
    (difference,) = document["differences"]
    assert difference.startswith("second: stopped: An error occurred (AccessDenied)")
    assert "r-1" in difference
    tail = as_markdown(document).partition("## What differed")[2]
    assert difference in tail
    assert "Not run: third." in tail


def test_a_report_without_differences_says_so(tmp_path: Path) -> None:
    first = runner(tmp_path)
    first.run(Steps().all())
    document = as_document(first.state, order=["first", "second", "third"], release="1", region="us-east-1")
    assert document["differences"] == []
    assert as_markdown(document).endswith("## What differed\n\nNothing.\n")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("in 111122223333, not in 444455556666, in 111122223333", "in ACCOUNT-1, not in ACCOUNT-2, in ACCOUNT-1"),
        (
            "User: arn:aws:sts::111122223333:assumed-role/Admin/jane@corp.example is not authorized",
            "User: arn:aws:sts::ACCOUNT-1:assumed-role/NAME-1 is not authorized",
        ),
        (
            f"arn:aws:sts::111122223333:assumed-role/{STACK}-ExecuteRole-1/{STACK}-Execute is not authorized",
            f"arn:aws:sts::ACCOUNT-1:assumed-role/{STACK}-ExecuteRole-1/{STACK}-Execute is not authorized",
        ),
        (
            "arn:aws:sso:::instance/ssoins-0123456789abcdef in d-0123456789",
            "arn:aws:sso:::instance/INSTANCE-1 in STORE-1",
        ),
        (
            "o-a1b2c3d4e5 r-ab12 ou-ab12-cdef5678 p-examplepolicyid111",
            "ORGANIZATION-1 ROOT-1 UNIT-1 SERVICE-CONTROL-POLICY-1",
        ),
        ("AKIAIOSFODNN7EXAMPLE whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "KEY-1 KEY-2"),
        ("https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live", "API-1/live"),
        ("request 0aab1c2d-3e4f-5a6b-8c7d-123456789012", "request 0aab1c2d-3e4f-5a6b-8c7d-123456789012"),
    ],
)
def test_a_report_names_nobody_and_nothing_of_the_organisation(text: str, redacted: str) -> None:
    assert Redactor(own=STACK).redacted({"kept": [text]}) == {"kept": [redacted]}


def test_a_log_says_what_was_expected_where_it_was_not_so() -> None:
    lines: list[str] = []
    log = Log("step", say=lines.append)
    log.check("the stack is", expected="gone", observed="there", seconds=3, within=60)
    assert [line.strip() for line in lines] == ["✗ the stack is: there (3 s)", "expected: gone within 60 s"]
