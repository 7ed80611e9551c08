"""The preview of a plan: what would follow, and what the guardrails would hold of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dayone.model.dependencies import ROOTS
from dayone.model.operations import Action
from dayone.model.policy.rules import PolicyNote
from dayone.model.subjects import Reason, Resource, Subject

# So many operations of a plan are listed, and so many notes about its policy.
LISTED = 1000
_MOST_NOTES = 100
# Of what exists as the policy has it.
TAKEN_ON = "exists, and would be taken on"


@dataclass(frozen=True)
class PreviewedOperation:
    """An operation that would follow: its action, resource and subject, with reasons.

    `exists` describes an existing resource of the same name and its differences; empty if none is known. `held` is the
    rule by which it would wait for an approval, in words; empty if it would be carried out at once.
    """

    subject: Subject
    action: Action
    resource: Resource
    reasons: tuple[Reason, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    exists: str = ""
    held: str = ""

    @property
    def kind(self) -> str:
        """Kind of the operation, such as `create-membership`."""
        return f"{self.action}-{self.resource.kind}"


@dataclass(frozen=True, kw_only=True)
class GuardrailPreview:
    """Effect of the guardrails: how many operations they would hold, with the reasons.

    `existing` memberships and assignments determine the limit, `today` removals have been carried out already.
    """

    removals: int
    existing: int
    limit: int
    today: int
    held: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanPreview:
    """Changes that would follow.

    `looked_at` subjects were planned, `subjects` of them would change; `counts` are all operations by kind. Of these
    `operations` are the first, those of what no inventory has before all others, and `unlisted` the number of the rest;
    `unlisted_new` of these are of what no inventory has. `notes` list what would be left unchanged, and
    rules of a policy that match nothing; `mistakes` are those for which it would be refused.
    """

    looked_at: int
    subjects: int
    counts: Mapping[str, int]
    operations: tuple[PreviewedOperation, ...]
    unlisted: int
    unlisted_new: int
    notes: tuple[str, ...]
    guardrail: GuardrailPreview
    mistakes: tuple[str, ...] = ()


def new_names(preview: PlanPreview) -> int:
    """Return how many users, groups and permission sets a preview would create."""
    return sum(preview.counts.get(f"{Action.CREATE}-{kind}", 0) for kind in ROOTS)


def not_looked_at(preview: PlanPreview, *, seen: int = 0) -> Iterator[str]:
    """Yield a note about the names to be created that were not looked up in Identity Center, if there are any."""
    if unseen := new_names(preview) - seen:
        each = "each is looked at before anything is written"
        yield f"not looked at in AWS: {unseen} of {new_names(preview)} new names; {each}"


def listed_notes(notes: Iterable[PolicyNote]) -> tuple[str, ...]:
    """Return the first notes in reading order, each once, and how many more there are."""
    ordered = [str(note) for note in sorted(set(notes))]
    rest = len(ordered) - _MOST_NOTES
    return (*ordered[:_MOST_NOTES], f"and {rest} more like these") if rest > 0 else tuple(ordered)
