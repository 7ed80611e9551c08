"""The ports Policies and PolicyArchive, in memory and over DynamoDB alike."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Invalid, NotFound, Outdated, TooLarge
from dayone.model.audit import AuditEntry, first_break
from dayone.model.policy.context import AccessEnds, PolicyVersion, Reservation, Terms
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import (
    AccountSelector,
    Condition,
    Guard,
    Guardrails,
    Location,
    Policy,
    Protection,
    Reservations,
    SensitiveNames,
)
from dayone.model.preconditions import Precondition
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import HIRED, MOVED, NOW, cause, entry

_HELD = Reservations(hold="43 removals", change="01KQ")
_GUARD = Guard(
    guardrails=Guardrails(percent=50, at_least=2, longest_grant=timedelta(hours=8)),
    protection=Protection(groups=frozenset({"break-glass"})),
    loosens=("no longer protected: group break-glass",),
    is_alone=False,
    sensitive=SensitiveNames(
        permission_sets=frozenset({"Deploy"}),
        groups=frozenset({"admins"}),
        accounts=(AccountSelector(Location("policy.yaml", 9), ous=("/Prod",), tags=(Condition("env", ("prod",)),)),),
        harmless=frozenset({"Power"}),
    ),
    ends=AccessEnds(until="12:00:00", with_sessions=False),
    limits=Guardrails(percent=70),
)

pytest_plugins = ("tests.contract.state_fixtures",)


def kept(ports: StatePorts, text: str) -> PolicyVersion:
    actor = "arn:aws:iam::111122223333:role/ops"
    return ports.archive.add(text, file="policy.yaml", actor=actor, at=NOW, change=f"01KQ-{text[:8]}")


def _add(ports: StatePorts, text: str, precondition: Precondition) -> PolicyVersion:
    return ports.archive.add(text, file="", actor="ops", at=NOW, change=f"01KQ-{text}", precondition=precondition)


def activated(version: int) -> AuditEntry:
    return entry(action="activate-policy", detail=f"version {version}")


class TestArchive:
    def test_versions_are_numbered_from_one(self, ports: StatePorts) -> None:
        assert [kept(ports, text).version for text in ("a", "b", "c")] == [1, 2, 3]

    def test_a_kept_version_is_not_in_force(self, ports: StatePorts) -> None:
        kept(ports, "a")
        assert ports.archive.current() is None
        assert ports.archive.change_in_force() == ""
        assert ports.policies.current_version() == 0

    def test_the_text_in_force_comes_back_as_it_was_kept(self, ports: StatePorts) -> None:
        version = kept(ports, "groups: {}  # Überall\n")
        ports.policies.activate(version.version, audit=activated(1))
        assert ports.archive.current() == version
        assert ports.archive.change_in_force() == version.change

    def test_a_text_that_no_record_can_hold_is_refused(self, ports: StatePorts) -> None:
        kept(ports, "ü" * 175_000)
        with pytest.raises(TooLarge):
            kept(ports, "ü" * 175_001)

    def test_each_version_is_kept_whether_in_force_or_not(self, ports: StatePorts) -> None:
        all_kept = [kept(ports, text) for text in ("a", "b", "c")]
        ports.policies.activate(2, audit=activated(2))
        assert [ports.archive.version(number) for number in (1, 2, 3)] == all_kept

    @pytest.mark.parametrize("number", [0, 2, -1])
    def test_a_version_that_was_never_kept_is_not_found(self, ports: StatePorts, number: int) -> None:
        kept(ports, "a")
        with pytest.raises(NotFound):
            ports.archive.version(number)

    def test_versions_are_listed_page_by_page_the_newest_first(self, ports: StatePorts) -> None:
        for number in range(11):
            kept(ports, f"{number}")
        ports.policies.activate(11, audit=activated(11))
        first = ports.archive.versions(cursor="", limit=8)
        second = ports.archive.versions(cursor=first.cursor, limit=8)
        assert [policy_version.version for policy_version in (*first.entries, *second.entries)] == list(
            range(11, 0, -1)
        )
        assert second.cursor == ""

    def test_a_list_has_the_names_of_the_files_and_no_text(self, ports: StatePorts) -> None:
        policy_version = kept(ports, "a")
        both = ports.archive.add("{}", file="", actor="ops", at=NOW, change="01KQ-two", names=("a.yaml", "b.yaml"))
        listed = ports.archive.versions(cursor="", limit=8).entries
        assert listed == [replace(both, text=""), replace(policy_version, text="")]
        assert [version.names for version in listed] == [("a.yaml", "b.yaml"), ("policy.yaml",)]
        assert ports.archive.version(both.version) == both

    def test_a_cursor_of_another_list_is_invalid(self, ports: StatePorts) -> None:
        for change in (HIRED, MOVED):
            ports.changes.open(cause(change))
        with pytest.raises(Invalid):
            ports.archive.versions(cursor=ports.history.changes(cursor="", limit=1).cursor, limit=1)


class TestWhatAnUploadRestsOn:
    def test_what_a_change_has_kept_is_kept_once(self, ports: StatePorts) -> None:
        first = kept(ports, "a")
        kept(ports, "b")
        assert kept(ports, "a") == first
        assert [policy_version.version for policy_version in ports.archive.versions(cursor="", limit=9).entries] == [
            2,
            1,
        ]

    def test_a_precondition_is_about_the_newest_version_in_force_or_not(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1))
        kept(ports, "b")
        with pytest.raises(Outdated):
            _add(ports, "c", Precondition(versions=frozenset({"1"})))
        assert _add(ports, "c", Precondition(versions=frozenset({"2"}))).version == 3

    def test_only_the_first_policy_is_new(self, ports: StatePorts) -> None:
        assert _add(ports, "a", Precondition(must_be_new=True)).version == 1
        with pytest.raises(Outdated):
            _add(ports, "b", Precondition(must_be_new=True))

    def test_what_was_kept_under_a_precondition_that_holds_no_more_is_still_kept(self, ports: StatePorts) -> None:
        new = Precondition(must_be_new=True)
        assert _add(ports, "a", new) == _add(ports, "a", new)


class TestActivation:
    def test_before_the_first_the_empty_policy_holds(self, ports: StatePorts) -> None:
        assert ports.policies.current() == Policy()
        assert ports.policies.current_version() == 0

    def test_an_activated_version_is_in_force(self, ports: StatePorts) -> None:
        for text in ("a", "b"):
            version = kept(ports, text).version
            ports.policies.activate(version, audit=activated(version))
            assert ports.policies.current_version() == ports.policies.current().version == version
            assert [group.name for group in ports.policies.current().groups] == [text]

    def test_who_brought_its_parts_comes_with_it(self, ports: StatePorts) -> None:
        assert ports.policies.origins() == Origins()
        older, newer = kept(ports, "a").version, kept(ports, "b").version
        made = Origins(
            version=newer,
            brought={"d1": ("arn:aws:iam::111122223333:user/Zoë", "arn:eve"), "d2": ("arn:eve",)},
            taken_out={"group a": {"arn:eve": NOW}},
        )
        ports.policies.activate(newer, audit=activated(newer), origins=made)
        ports.policies.activate(older, audit=activated(older), origins=Origins(version=older))
        assert ports.policies.origins() == made

    def test_as_much_as_there_can_be_of_it_fits(self, ports: StatePorts) -> None:
        names = (hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(11_000))
        actors = [f"arn:aws:sts::111122223333:assumed-role/Pipeline/{number:064d}" for number in range(40)]
        made = Origins(
            version=kept(ports, "a").version,
            brought={name: (actors[int(name[:2], 16) % 40],) for name in names},
            taken_out={f"assignment Set{number}/group-{number}": {actors[number % 40]: NOW} for number in range(1_000)},
        )
        ports.policies.activate(made.version, audit=activated(1), origins=made)
        assert ports.policies.origins() == made

    def test_an_older_version_is_left_aside(self, ports: StatePorts) -> None:
        older, newer = kept(ports, "a").version, kept(ports, "b").version
        ports.policies.activate(newer, audit=activated(newer))
        ports.policies.activate(older, audit=activated(older))
        assert ports.policies.current_version() == newer
        assert [audit_entry.detail for audit_entry in ports.logged()] == ["version 2"]

    def test_the_same_again_is_harmless_and_logged_once(self, ports: StatePorts) -> None:
        version = kept(ports, "a").version
        ports.policies.activate(version, audit=activated(version))
        ports.policies.activate(version, audit=activated(version))
        assert ports.policies.current_version() == version
        assert len(ports.logged()) == 1

    def test_a_version_that_was_never_kept_cannot_be_in_force(self, ports: StatePorts) -> None:
        with pytest.raises(NotFound):
            ports.policies.activate(1, audit=activated(1))
        assert ports.policies.current_version() == 0
        assert ports.logged() == []

    def test_every_activation_is_logged_and_chained(self, ports: StatePorts) -> None:
        for text in ("a", "b", "c"):
            version = kept(ports, text).version
            ports.policies.activate(version, audit=activated(version))
        assert [audit_entry.detail for audit_entry in ports.logged()] == ["version 1", "version 2", "version 3"]
        assert all(first_break(chain) is None for chain in ports.chains())


def test_a_version_is_parsed_once(ports: StatePorts) -> None:
    ports.policies.activate(kept(ports, "a").version, audit=activated(1))
    assert ports.policies.current() is ports.policies.current()
    assert ports.parsed == [1]
    ports.policies.activate(kept(ports, "b").version, audit=activated(2))
    assert ports.policies.current().version == 2
    assert ports.parsed == [1, 2]


class TestTerms:
    def test_a_policy_knows_who_put_it_in_force_and_that_nothing_of_it_is_held(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1))
        assert ports.policies.current().terms == Terms(actor="arn:aws:iam::111122223333:role/ops")

    def test_why_its_removals_are_held_is_kept_with_it(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1), reservations=_HELD)
        assert [ports.policies.current().reservations.hold for _ in range(2)] == ["43 removals"] * 2
        assert ports.parsed == [1]

    def test_that_goes_with_the_next_version(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1), reservations=_HELD)
        ports.policies.activate(kept(ports, "b").version, audit=activated(2))
        assert ports.policies.current().reservations.hold == ""

    def test_an_activation_that_comes_again_does_not_change_it(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1), reservations=_HELD)
        ports.policies.activate(1, audit=activated(1))
        assert ports.policies.current().reservations.hold == "43 removals"

    def test_a_version_can_be_read_before_it_is_in_force(self, ports: StatePorts) -> None:
        ports.policies.activate(kept(ports, "a").version, audit=activated(1))
        kept(ports, "b")
        assert [group.name for group in ports.policies.version(2).groups] == ["b"]
        assert ports.policies.current().version == 1
        with pytest.raises(NotFound):
            ports.policies.version(3)


class TestReservations:
    @pytest.fixture
    def reserved(self, ports: StatePorts) -> Reservations:
        """Under which the second version is in force."""
        ports.policies.activate(kept(ports, "a").version, audit=activated(1))
        reservations = replace(_HELD, replaced=(1,), replaced_ends=(AccessEnds(suspends=True),), guard=_GUARD)
        ports.policies.activate(kept(ports, "b").version, audit=activated(2), reservations=reservations)
        return reservations

    def test_they_come_back_as_they_were_kept(self, ports: StatePorts, reserved: Reservations) -> None:
        policy = ports.policies.current()
        assert policy.reservations == reserved
        assert [entry.version for entry in policy.before] == [1]

    def test_the_stricter_guardrails_count_and_what_either_protects(
        self, ports: StatePorts, reserved: Reservations
    ) -> None:
        policy = ports.policies.current()
        assert policy.guardrails == replace(Guardrails(), at_least=2, longest_grant=timedelta(hours=8))
        assert policy.protection.groups == {"break-glass"}
        assert reserved.guard

    def test_each_is_lifted_by_itself(self, ports: StatePorts, reserved: Reservations) -> None:
        ports.policies.lift(2, Reservation.HOLD)
        assert ports.policies.current().reservations == replace(reserved, hold="", replaced=(), replaced_ends=())
        ports.policies.lift(2, Reservation.GUARD)
        assert ports.policies.current().protection == Protection()
        assert ports.policies.current().guardrails == Guardrails()

    def test_parts_that_were_approved_are_remembered(self, ports: StatePorts, reserved: Reservations) -> None:
        ports.policies.approve(2, frozenset({"a", "b"}))
        assert ports.policies.current().reservations == replace(reserved, approved=frozenset({"a", "b"}))
        ports.policies.approve(1, frozenset({"c"}))
        assert ports.policies.current().reservations.approved == {"a", "b"}

    def test_what_is_known_of_access_beside_the_rules_is_added_to(
        self, ports: StatePorts, reserved: Reservations
    ) -> None:
        none, legacy = frozenset[str](), frozenset({"legacy/Admin"})
        for version, principal in ((2, "staff"), (2, "person:e-1"), (2, "staff"), (1, "others")):
            ports.policies.note_access(version, in_sensitive_accounts=frozenset({principal}), assigned=none)
        ports.policies.note_access(2, in_sensitive_accounts=none, assigned=legacy)
        noted = frozenset({"staff", "person:e-1"})
        assert ports.policies.current().reservations == replace(reserved, in_sensitive_accounts=noted, assigned=legacy)

    def test_those_of_another_version_are_not_lifted(self, ports: StatePorts, reserved: Reservations) -> None:
        ports.policies.lift(1, Reservation.GUARD)
        assert ports.policies.current().reservations == reserved
