"""The longest files of tests begin first, by a record of how long each has taken."""

from itertools import pairwise

from tests.conftest import in_order, recorded_seconds, spread
from tests.project.repository import ROOT

_SHARING, _OWN = "tests/e2e/access/test_grants.py", "tests/e2e/api/test_first_run.py"


def test_each_file_in_the_record_is_there() -> None:
    assert [file for file in recorded_seconds() if not (ROOT / file).is_file()] == []


def test_what_shares_a_deployment_begins_first_and_the_traces_of_all_are_looked_at_last() -> None:
    files = ["tests/unit/model/test_money.py", _OWN, "tests/e2e/test_privacy.py", _SHARING]
    assert in_order(files) == [_SHARING, "tests/e2e/test_privacy.py", _OWN, "tests/unit/model/test_money.py"]


def test_the_longest_of_each_kind_begin_first() -> None:
    ordered = in_order([*sorted(recorded_seconds()), "tests/unit/model/test_money.py"])
    shared = {*spread(f"{file}::test" for file in ordered)}
    kinds = {
        "shared": [file for file in ordered if file in shared],
        "waiting": [file for file in ordered if file.startswith("tests/e2e/") and file not in shared],
        "computing": [file for file in ordered if not file.startswith(("tests/e2e/", "tests/simulation/"))],
    }
    for kind, files in kinds.items():
        seconds = [recorded_seconds().get(file, 0) for file in files]
        assert len(seconds) > 5, kind
        assert all(first >= second for first, second in pairwise(seconds)), kind


def test_what_comes_in_small_parts_is_left_for_the_end() -> None:
    files = ["tests/simulation/test_mutations.py", "tests/unit/model/test_money.py", _OWN]
    assert in_order(files) == [_OWN, "tests/unit/model/test_money.py", "tests/simulation/test_mutations.py"]


def test_deployments_take_about_as_long() -> None:
    files = [file for file in recorded_seconds() if file.startswith("tests/e2e/")]
    loads = [0, 0]
    for file, deployment in spread(f"{file}::test" for file in files).items():
        loads[deployment] += recorded_seconds()[file]
    assert max(loads) - min(loads) < 0.1 * max(loads)
