"""The port Grants, and what a plan puts on record about them, in memory and over DynamoDB alike."""

from dataclasses import replace

import pytest

from dayone.errors import Conflicting, Invalid
from dayone.model.grants import Grant, GrantState
from dayone.model.subjects import Reason
from dayone.ports.store import GrantFilter
from tests.contract.grant_samples import full, granted, on_record
from tests.contract.state_ports import StatePorts
from tests.contract.state_samples import ADA, BOB, MOVED, SHOP, USER, assigned, done, in_group, plan, planned

pytest_plugins = ("tests.contract.state_fixtures",)

ALONE = assigned("Admin", to="person:e-1001")


def names(ports: StatePorts, query: GrantFilter, *, limit: int = 9) -> list[str]:
    """The ids of all parts of a list, one after the other."""
    found, cursor = list[Grant](), ""
    while True:
        page = ports.grants.listed(query, cursor=cursor, limit=limit)
        assert len(page.entries) <= limit
        found += page.entries
        if not (cursor := page.cursor):
            return [grant.id for grant in found]


@pytest.mark.parametrize("subject", [ADA, SHOP])
def test_a_grant_comes_back_as_it_was_noted(ports: StatePorts, subject: object) -> None:
    grant = full("01A", to=ADA if subject == ADA else SHOP)
    on_record(ports, grant)
    assert ports.grants.find("01A") == grant
    assert ports.subjects.load(grant.subject).head.grants == (grant,)


def test_an_unknown_one_is_none(ports: StatePorts) -> None:
    assert ports.grants.find("01A") is None


def test_nothing_of_a_plan_that_was_refused_is_on_record(ports: StatePorts) -> None:
    before = ports.subjects.load(ADA).head
    planned(ports, ADA, USER)
    with pytest.raises(Conflicting):
        ports.subjects.commit(replace(plan(before, change=MOVED), grants=(granted("01A", to=ADA),)))
    assert ports.grants.find("01A") is None
    assert names(ports, GrantFilter(person=ADA.name)) == []


class TestLists:
    def test_those_of_a_person_are_theirs_alone(self, ports: StatePorts) -> None:
        on_record(ports, granted("01A", to=ADA), granted("01B", to=BOB), granted("01C", to=SHOP, what=ALONE))
        on_record(ports, granted("01D", to=SHOP))
        assert names(ports, GrantFilter(person=ADA.name)) == ["01C", "01A"]
        assert names(ports, GrantFilter(person=BOB.name)) == ["01B"]
        assert names(ports, GrantFilter(account=SHOP.name)) == ["01D", "01C"]
        assert names(ports, GrantFilter(person=ADA.name, account=SHOP.name)) == ["01C"]

    @pytest.mark.parametrize("limit", [1, 2, 9])
    def test_without_anybody_the_open_ones_come_first(self, ports: StatePorts, limit: int) -> None:
        on_record(ports, granted("01A", to=ADA), granted("01B", to=ADA, noted=GrantState.ENDED))
        on_record(ports, granted("01C", to=SHOP), granted("01D", to=BOB, noted=GrantState.SCHEDULED))
        on_record(ports, granted("01E", to=BOB, noted=GrantState.REFUSED))
        assert names(ports, GrantFilter(), limit=limit) == ["01D", "01C", "01A", "01E", "01B"]
        assert names(ports, GrantFilter(is_open=True), limit=limit) == ["01D", "01C", "01A"]
        assert names(ports, GrantFilter(is_open=False), limit=limit) == ["01E", "01B"]
        assert names(ports, GrantFilter(person=BOB.name, is_open=False), limit=limit) == ["01E"]

    def test_what_ends_moves_to_those_that_are_over(self, ports: StatePorts) -> None:
        on_record(ports, granted("01A", to=ADA))
        on_record(ports, granted("01A", to=ADA, noted=GrantState.ENDED))
        assert names(ports, GrantFilter(is_open=True)) == []
        assert names(ports, GrantFilter()) == ["01A"]

    @pytest.mark.parametrize("cursor", ["strange", "over.strange", "%%%"])
    def test_a_strange_cursor_is_invalid(self, ports: StatePorts, cursor: str) -> None:
        for asked in (GrantFilter(), GrantFilter(person=ADA.name), GrantFilter(is_open=True)):
            with pytest.raises(Invalid):
                ports.grants.listed(asked, cursor=cursor, limit=9)


def test_the_accounts_in_which_a_person_alone_has_an_open_one(ports: StatePorts) -> None:
    assert list(ports.grants.accounts_of(ADA.name)) == []
    on_record(ports, granted("01A", to=ADA), granted("01B", to=SHOP))
    assert list(ports.grants.accounts_of(ADA.name)) == []
    on_record(ports, granted("01C", to=SHOP, what=ALONE))
    assert list(ports.grants.accounts_of(ADA.name)) == [SHOP]
    on_record(ports, granted("01C", to=SHOP, what=ALONE, noted=GrantState.ENDED))
    assert list(ports.grants.accounts_of(ADA.name)) == []


def test_a_plan_can_give_new_reasons_to_what_stays(ports: StatePorts) -> None:
    (membership,) = planned(ports, ADA, in_group("admins")).operations
    done(ports, membership)
    before = ports.subjects.load(ADA)
    reasons = (Reason("policy.yaml:4", "department is Engineering"), Reason("grant:01A", "on call"))
    ports.subjects.commit(replace(plan(before.head, change=MOVED), reasons={in_group("admins"): reasons}))
    after = ports.subjects.load(ADA)
    assert after.applied == {in_group("admins"): replace(before.applied[in_group("admins")], reasons=reasons)}
    assert [member.membership for member in ports.records.members("admins", cursor="", limit=9).entries] == [
        after.applied[in_group("admins")]
    ]
