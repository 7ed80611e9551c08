"""Names of subjects and resources, written and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.subjects import Resource, ResourceKind, ResourceOf, Subject, SubjectKind

_names = st.text(st.characters(exclude_characters="#"), min_size=1)
_subjects = st.builds(Subject, st.sampled_from(SubjectKind), _names)
_resources = st.builds(Resource, st.sampled_from(ResourceKind), st.text())


@given(_subjects)
def test_a_subject_is_read_as_it_was_written(subject: Subject) -> None:
    assert Subject.parse(str(subject)) == subject


@given(_resources)
def test_a_resource_is_read_as_it_was_written(resource: Resource) -> None:
    assert Resource.parse(str(resource)) == resource


@given(_subjects, _resources)
def test_both_together_are_read_as_they_were_written(subject: Subject, resource: Resource) -> None:
    of = ResourceOf(subject, resource)
    assert ResourceOf.parse(str(of)) == of


@pytest.mark.parametrize("text", ["", "person", "person:", ":e-1", "robot:r-1"])
def test_what_is_no_subject_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a"):
        Subject.parse(text)


@pytest.mark.parametrize("text", ["", "role", "role/x"])
def test_what_is_no_resource_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a"):
        Resource.parse(text)


@pytest.mark.parametrize("text", ["person:e-1", "person#user", "#user", "person:e-1#role"])
def test_what_is_no_pair_of_the_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a"):
        ResourceOf.parse(text)


def test_the_names_of_assignments_and_policies_keep_their_slashes() -> None:
    written = "permission-set:ViewOnly#managed-policy/job-function/ViewOnlyAccess"
    assert str(ResourceOf.parse(written)) == written
    assert ResourceOf.parse(written).resource.name == "job-function/ViewOnlyAccess"
