"""The `dayone` command as people and scripts use it, against the deployed application."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import Credentials
from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.browser.portal_visit import one_time_password
from sandbox.paths import REPOSITORY
from tests.e2e.deployed import policies
from tests.e2e.deployed.command_line import Shell
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

BIN = REPOSITORY / ".venv" / "bin"
PASSWORD = "Correct-horse-7"
_SECONDS = 240


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def shell(day_one: DayOne, home: Path) -> Shell:
    """Of the internal tool, who may call the API and nothing else."""
    return Shell(day_one=day_one, home=home, credentials=day_one.deployed.api.credentials)


@pytest.fixture(scope="module")
def administrator(day_one: DayOne, home: Path) -> Shell:
    """Of whoever has deployed it."""
    root = day_one.sandbox.command_environment
    who = Credentials(
        access_key_id=root["AWS_ACCESS_KEY_ID"], secret_access_key=root["AWS_SECRET_ACCESS_KEY"], arn="root"
    )
    return Shell(day_one=day_one, home=home, credentials=who)


@pytest.fixture(scope="module")
def outsider(day_one: DayOne, home: Path) -> Shell:
    """Of somebody with credentials that allow nothing."""
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    return Shell(day_one=day_one, home=home, credentials=day_one.sandbox.create_user("outsider", policy=nothing))


@pytest.fixture(scope="module")
def person(day_one: DayOne) -> dict[str, str]:
    hired = somebody()
    day_one.told(hired)
    return hired


@pytest.fixture(scope="module")
def account(day_one: DayOne) -> str:
    made = day_one.organisation.make_account("by-command")
    day_one.organisation.move(made, path=("Workloads", "Command"))
    assert eventually(lambda: day_one.view.assignments(made))
    return made


@pytest.fixture(scope="module")
def folder(home: Path) -> Path:
    """The shared policy in a folder, in the file whose name it has in force."""
    there = home / "policy" / policies.FILE
    there.parent.mkdir(parents=True)
    there.write_bytes(policies.text_of(policies.BASE))
    return home / "policy"


def test_it_says_how_it_is_also_to_a_pipe(shell: Shell) -> None:
    ended = subprocess.run(  # noqa: S603 - the words are this file's own
        [str(BIN / "dayone"), "status"],
        env={**shell.environment, "TERM": "xterm"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    needs = shell.answer("api", "GET", "/v1/status")["needs"]
    assert (ended.returncode, "need" in ended.stderr, "\x1b" in ended.stdout) == (int(bool(needs)), bool(needs), False)
    assert re.search(r"^Policy: version [1-9]", ended.stdout, flags=re.MULTILINE)
    assert "Identity Center: answers" in ended.stdout
    assert shell.answer("api", "GET", "/v1/health")["policy_version"] >= 1


class TestPolicy:
    def test_the_policy_in_force_is_checked_and_shown_as_it_is(
        self, shell: Shell, folder: Path, day_one: DayOne
    ) -> None:
        day_one.put_in_force(policies.BASE)
        assert shell.run("policy", "check", folder).stdout.startswith("No mistakes in 1 file")
        assert shell.run("policy", "show").stdout == policies.text_of(policies.BASE).decode()
        *notes, said = shell.run("policy", "plan", folder).stdout.splitlines()
        assert said.startswith("No changes: ")
        assert "AWS itself was not read" in said
        # Of accounts that others of these tests have closed.
        assert all(note.startswith("Note: account:") or "that Day One has recorded" in note for note in notes)
        assert shell.run("policy", "apply", folder).stdout == "This policy is already in force.\n"

    @pytest.mark.usefixtures("restored")
    def test_a_new_one_is_planned_agreed_to_put_in_force_and_taken_back(
        self, shell: Shell, folder: Path, day_one: DayOne
    ) -> None:
        day_one.put_in_force(policies.BASE)
        before = shell.answer("policy", "versions")["versions"][0]["version"]
        file = folder / policies.FILE
        file.write_bytes(
            policies.text_of(policies.base_with(groups={"Typists": {"members": [{"department": "Typing"}]}}))
        )
        planned = shell.run("policy", "plan", folder).stdout.splitlines()
        assert planned[0] == "group:Typists"
        assert planned[1].startswith("  + group    the policy has this group (access/policy.yaml:")
        assert planned[-1] == "Plan: 1 to add, 0 to change, 0 to remove."
        assert shell.run("policy", "apply", folder, stdin="no\n").returncode == 1
        assert "Typists" not in day_one.view.groups()
        applied = shell.run("policy", "apply", folder, stdin="yes\n")
        assert applied.returncode == 0, applied.stderr
        assert "Typists" in day_one.view.groups()
        assert shell.run("policy", "rollback", str(before), "--yes").returncode == 0
        assert "Typists" not in day_one.view.groups()

    def test_mistakes_are_refused_with_their_places(self, shell: Shell, home: Path) -> None:
        (home / "bad.yaml").write_text("version: 1\ngrups: {}\n")
        for words in (("plan",), ("apply", "--yes")):
            ended = shell.run("policy", *words, home / "bad.yaml")
            assert (ended.returncode, ended.stdout) == (3, "")
            assert "  bad.yaml:2:1: " in ended.stderr
        assert shell.run("policy", "rollback", "99999", "--yes").returncode == 3

    @pytest.fixture
    def restored(self, day_one: DayOne, folder: Path) -> Iterator[None]:
        """Afterwards the shared policy is in force again, and in the folder."""
        yield
        (folder / policies.FILE).write_bytes(policies.text_of(policies.BASE))
        day_one.put_in_force(policies.BASE)

    @pytest.mark.usefixtures("restored")
    def test_what_is_held_is_said_and_somebody_else_decides(self, shell: Shell, folder: Path, day_one: DayOne) -> None:
        dockers = [somebody("Docks"), somebody("Docks")]
        day_one.put_in_force(policies.base_with(groups={"Dockers": {"members": [{"department": "Docks"}]}}))
        for record in dockers:
            day_one.told(record)
        strict = {"protect": {"groups": ["break-glass"]}, "removals": {"percent": 0, "at_least": 1}}
        (folder / policies.FILE).write_bytes(policies.text_of({**policies.BASE, "guardrails": strict}))
        ended = shell.run("policy", "apply", folder, "--yes")
        assert ended.returncode == 1
        assert "Held: 3 operations would wait for another person's approval." in ended.stderr
        (change,) = re.findall(r"dayone changes approve (\w+)", ended.stderr)
        assert shell.run("changes", "approve", change, "--yes").returncode == 5
        approver = Shell(day_one=day_one, home=shell.home, credentials=day_one.approver.credentials)
        unasked = approver.run("changes", "approve", change)
        assert (unasked.returncode, "Nothing was changed" in unasked.stderr) == (1, True), unasked.stderr
        for record in dockers:
            assert f"person:{record['id']} ({record['display_name']}) membership/Dockers" in unasked.stderr
        approved = approver.run("changes", "approve", change, stdin="y\n")
        assert approved.returncode == 0, approved.stderr
        assert approver.run("changes", "reject", change, "--yes").returncode == 3
        assert "Dockers" not in day_one.view.groups()


class TestPeople:
    def test_they_are_listed_shown_and_explained(self, shell: Shell, person: dict[str, str], account: str) -> None:
        listed = shell.answer("people", "list", "--limit", "1000")["people"]
        assert person["id"] in {pair["id"] for pair in listed}
        assert shell.answer("people", "show", person["id"])["fact"]["email"] == person["email"]
        assert person["display_name"] in shell.run("people", "show", person["id"]).stdout
        # AWS has it a moment before Day One knows.
        row = re.compile(rf"^{account} +ViewOnly +Engineers", re.MULTILINE)
        eventually(lambda: row.search(shell.run("people", "access", person["id"]).stdout))
        assert shell.run("people", "explain", person["id"], account).stdout.startswith("+ ViewOnly: ")
        assert shell.answer("people", "explain", person["id"], account, "ViewOnly")["access"][0]["has_access"] is True

    def test_many_are_imported_from_a_file_and_one_leaves(self, shell: Shell, home: Path, day_one: DayOne) -> None:
        people = [somebody("Finance") for _ in range(3)]
        lines = [",".join(people[0]), *(",".join(record.values()) for record in people)]
        (home / "people.csv").write_text("\n".join(lines))
        ended = shell.run("people", "import", home / "people.csv")
        assert (ended.returncode, "3 of 3 people imported" in ended.stderr) == (0, True), ended.stderr
        assert {record["user_name"] for record in people} <= day_one.view.members("Finance")
        assert shell.run("people", "end", people[0]["id"], "--at-once").returncode == 1
        assert people[0]["user_name"] in day_one.view.members("Finance")
        ended = shell.run("people", "end", people[0]["id"], "--at-once", "--yes")
        assert (ended.returncode, "membership in Finance: " in ended.stderr) == (0, True), ended.stderr
        assert people[0]["user_name"] not in day_one.view.members("Finance")

    def test_who_is_unknown_or_told_wrongly_is_refused(self, shell: Shell, home: Path) -> None:
        (home / "wrong.json").write_text('[{"id": "e-x", "email": "nothing"}]')
        ended = shell.run("people", "import", home / "wrong.json")
        assert (ended.returncode, "email" in ended.stderr) == (1, True)
        for words in (("show",), ("access",), ("end",)):
            assert shell.run("people", *words, "nobody").returncode == 3
        assert shell.run("people", "explain", "nobody", "123456789012").returncode == 3


class TestAccounts:
    def test_they_are_listed_shown_and_made_again(self, shell: Shell, account: str) -> None:
        assert account in {pair["id"] for pair in shell.answer("accounts", "list", "--limit", "1000")["accounts"]}
        shown = shell.run("accounts", "show", account).stdout
        assert "/Workloads/Command" in shown
        assert "ViewOnly: 1 confirmed" in shown
        assert re.search(r"^Engineers +ViewOnly ", shell.run("accounts", "access", account).stdout, re.M)
        assert shell.run("accounts", "bootstrap", account).returncode == 0
        assert shell.run("accounts", "bootstrap", account, shell.day_one.sandbox.account_id).returncode == 0
        assert shell.run("accounts", "discover").returncode == 0

    def test_one_that_is_unknown_is_refused(self, shell: Shell) -> None:
        assert shell.run("accounts", "show", "999999999999").returncode == 3
        assert shell.run("accounts", "bootstrap", "nonsense").returncode == 3


def test_a_grant_is_given_found_extended_and_ended(
    shell: Shell, person: dict[str, str], account: str, day_one: DayOne
) -> None:
    wish = ("--person", person["id"], "--group", "Finance", "--reason", "month end", "--ticket", "FIN-7")
    given = shell.answer("grants", "add", *wish, "--until", "2h")
    assert person["user_name"] in day_one.view.members("Finance")
    (pair,) = shell.answer("grants", "list", "--person", person["id"])["grants"]
    assert (pair["id"], pair["reason"], pair["state"]) == (given["grant"], "month end", "active")
    assert shell.run("grants", "extend", pair["id"], "--until", "3h").returncode == 0
    assert shell.answer("grants", "show", pair["id"])["grant"]["until"] > pair["until"]
    assert shell.run("grants", "end", pair["id"]).returncode == 0
    assert person["user_name"] not in day_one.view.members("Finance")
    wrong = ("--person", person["id"], "--permission-set", "Nothing", "--account", account, "--reason", "x")
    assert shell.run("grants", "add", *wrong, "--until", "1h").returncode == 3
    assert shell.run("grants", "add", *wrong, "--until", "yesterday").returncode == 2
    assert shell.run("grants", "end", "01ARZ3NDEKTSV4RRFFQ69G5FAV").returncode == 3


def test_the_report_of_who_has_what_is_a_table_json_and_csv(shell: Shell, account: str) -> None:
    about = ("access", "report", "--account", account)
    assert re.search(rf"^group:Engineers +{account} +by-command +ViewOnly ", shell.run(*about).stdout, re.M)
    (row,) = shell.answer(*about)["assignments"]
    names, line = shell.run(*about, "--csv").stdout.splitlines()
    assert dict(zip(names.split(","), line.split(","), strict=False))["account"] == row["account"]
    assert len(shell.answer("access", "report")["assignments"]) > 1


class TestChanges:
    def test_they_are_looked_for_shown_and_watched(self, shell: Shell, person: dict[str, str]) -> None:
        found = shell.answer("changes", "list", "--subject", f"person:{person['id']}", "--cause", "hr-event")["changes"]
        change = found[-1]["id"]
        assert f"{change} succeeded: 2 operations" in shell.run("changes", "show", change).stdout
        assert shell.run("changes", "watch", change).returncode == 0
        assert shell.run("changes", "accounts", change).stdout == "No entries.\n"

    def test_what_is_unknown_or_does_not_fit_is_refused(self, shell: Shell, person: dict[str, str]) -> None:
        unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        for words in ("show", "approve", "reject", "retry"):
            assert shell.run("changes", words, unknown).returncode == 3, words
        found = shell.answer("changes", "list", "--subject", f"person:{person['id']}")["changes"]
        assert shell.run("changes", "retry", found[-1]["id"]).returncode == 3
        assert shell.run("changes", "list", "--state", "nonsense").returncode == 3


def test_the_log_tells_what_was_done_and_is_whole(shell: Shell, person: dict[str, str]) -> None:
    entries = shell.answer("audit", "list", "--subject", f"person:{person['id']}")["entries"]
    assert "create-user user" in {pair["action"] for pair in entries}
    ended = shell.run("audit", "verify", datetime.now(UTC).date().isoformat())
    assert (ended.returncode, ended.stdout.endswith(", hash chain intact.\n")) == (0, True), ended
    assert shell.run("audit", "verify", "yesterday").returncode == 3


def test_dead_letters_are_listed_and_planned_again(shell: Shell) -> None:
    assert {pair["queue"] for pair in shell.answer("dead-letters", "list")["queues"]} >= {"inbox"}
    assert shell.run("dead-letters", "redrive", "--queue", "inbox").returncode == 0
    assert shell.run("dead-letters", "list", "--queue", "nonsense").returncode == 3


class TestEvents:
    def test_an_event_of_hr_is_signed_with_the_key_of_the_stack(self, administrator: Shell, home: Path) -> None:
        hired = somebody()
        told = {"type": "person.created", "timestamp": datetime.now(UTC).isoformat(), "data": hired}
        (home / "hired.json").write_text(json.dumps(told))
        ended = administrator.run("events", "send", home / "hired.json")
        assert ended.returncode == 0, ended.stderr
        assert hired["user_name"] in administrator.day_one.view.users()
        assert administrator.run("events", "send", home / "hired.json", "--source", "nobody").returncode == 3
        assert administrator.run("events", "send", home / "hired.json", DAYONE_HR_KEY="bm90aGluZw==").returncode == 5
        (home / "hired.json").write_text('{"type": "person.created"}')
        assert administrator.run("events", "send", home / "hired.json").returncode == 3

    def test_an_event_about_accounts_is_queued(self, administrator: Shell) -> None:
        event = REPOSITORY / "events" / "record_account_event" / "tag_account.json"
        assert administrator.answer("events", "send", event)["queued"] == 1

    def test_whoever_may_not_read_the_key_may_not_send(self, shell: Shell, home: Path) -> None:
        (home / "some.json").write_text("{}")
        assert shell.run("events", "send", home / "some.json").returncode == 5


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "api GET /v1/health",
        "policy plan FOLDER",
        "policy apply FOLDER --yes",
        "policy show",
        "policy versions",
        "policy rollback 1 --yes",
        "people list",
        "people show e-1",
        "people access e-1",
        "people explain e-1 123456789012",
        "people end e-1",
        "people forget e-1 --yes",
        "teardown",
        "accounts list",
        "accounts show 123456789012",
        "accounts access 123456789012",
        "accounts bootstrap 123456789012",
        "accounts discover",
        "grants list",
        "grants add --person e-1 --group Finance --reason x --until 1h",
        "grants show 01A",
        "grants extend 01A --until 1h",
        "grants end 01A",
        "access report",
        "access report --csv",
        "changes list",
        "changes show 01A",
        "changes watch 01A",
        "changes accounts 01A",
        "changes approve 01A",
        "changes reject 01A",
        "changes retry 01A",
        "changes adopt 01A group:x --digest 5c1f --reason y",
        "audit list",
        "audit verify 2026-11-23",
        "notifications list",
        "notifications test on-call",
        "dead-letters list",
        "dead-letters redrive",
        "hr configuration",
        "hr approve 5c1f --yes",
    ],
)
def test_who_may_nothing_gets_nothing(outsider: Shell, folder: Path, words: str) -> None:
    ended = outsider.run(*(str(folder) if name == "FOLDER" else name for name in words.split()))
    assert (ended.returncode, ended.stdout) == (5, ""), ended.stderr


def test_the_setup_is_checked_by_the_caller_and_by_the_api(administrator: Shell, outsider: Shell) -> None:
    found = administrator.answer("setup", "check")["findings"]
    states = {(pair["seen_by"], pair["name"]): pair["state"] for pair in found}
    assert states["you", "instance"] == states["Day One", "instance"] == "ok", found
    assert "error" not in states.values(), found
    ended = outsider.run("setup", "check", "-o", "json")
    assert ended.returncode == 0, ended.stderr
    seen = {pair["name"]: pair["state"] for pair in json.loads(ended.stdout)["findings"]}
    # The local Identity Center answers anybody.
    assert (seen["trail"], seen["api"], "error" in seen.values()) == ("unknown", "unknown", False), seen


@pytest.fixture(scope="module")
def hers(day_one: DayOne, person: dict[str, str], account: str, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The shell of somebody who has signed in; they have no credentials but these."""
    assert account
    own = Shell(day_one=day_one, home=tmp_path_factory.mktemp("hers"), credentials=None)
    assert own.run("credentials", account, "ViewOnly", DAYONE_START_URL=day_one.sandbox.start_url).returncode == 5
    with (own.home / "log").open("w+") as log:
        signing_in = subprocess.Popen(  # noqa: S603 - the words are this file's own
            [str(BIN / "dayone"), "login", "--no-browser", "--start-url", day_one.sandbox.start_url],
            env=own.environment,
            stderr=log,
            stdout=log,
        )
        shown = eventually(lambda: re.findall(r"http\S+user_code=\S+", (own.home / "log").read_text()))
        once = one_time_password(day_one.sandbox.identity_center_endpoint, person["user_name"])
        portal = PortalOverHttp(day_one.sandbox.portal_url)
        portal.sign_in(person["user_name"], one_time_password=once, password=PASSWORD)
        portal.allow(shown[0])
        assert signing_in.wait(_SECONDS) == 0
    return own


class TestSigningIn:
    def arn(self, shell: Shell, script: str, **more: str) -> str:
        """Return the caller's ARN from STS, after a script in a shell."""
        ended = subprocess.run(  # noqa: S603 - the script is this file's own
            ["/bin/sh", "-c", f"set -e; {script}; aws sts get-caller-identity --query Arn --output text"],
            env={**shell.environment, "PATH": f"{BIN}:{os.environ['PATH']}", **more},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    def test_the_lines_the_process_and_the_profile_make_a_shell_the_person_in_the_account(
        self, hers: Shell, day_one: DayOne, person: dict[str, str], account: str
    ) -> None:
        start = {"DAYONE_START_URL": day_one.sandbox.start_url}
        role = rf"arn:aws:sts::{account}:assumed-role/AWSReservedSSO_ViewOnly_[0-9a-f]{{16}}/{person['user_name']}"
        config = hers.home / "config"
        by_profile = {"AWS_CONFIG_FILE": str(config)}

        exported = self.arn(hers, f'keys=$(dayone credentials {account} ViewOnly); eval "$keys"', **start)
        assert re.fullmatch(role, exported)

        config.write_text(hers.run("credentials", account, "ViewOnly", "--profile-block", **start).stdout)
        assert self.arn(hers, "true", AWS_PROFILE=f"ViewOnly-{account}", **by_profile) == exported

        process = f"dayone credentials {account} ViewOnly --process --start-url {start['DAYONE_START_URL']}"
        config.write_text(f"[profile mine]\nregion = us-east-1\ncredential_process = {process}\n")
        assert self.arn(hers, "true", AWS_PROFILE="mine", **by_profile) == exported

    def test_a_permission_set_they_have_not_is_forbidden(self, hers: Shell, day_one: DayOne, account: str) -> None:
        ended = hers.run("credentials", account, "Admin", "--start-url", day_one.sandbox.start_url)
        assert (ended.returncode, ended.stdout) == (5, "")

    def test_without_a_portal_it_says_how_to_name_one(self, hers: Shell) -> None:
        assert hers.run("login").returncode == 2
