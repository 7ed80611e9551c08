"""What the HTTP API answers about something that others made in Identity Center."""

from typing import TypedDict


class ExistingAnswer(TypedDict):
    """What exists under the name of a subject that Day One does not manage, as `policy`: a YAML text with its rule.

    Of a permission set it has the rules for its assignments, too; their groups may have their rules elsewhere.

    `policy` is empty for a person, of whom HR speaks. `obstacles` are in what it would differ with this rule in the
    policy, beside the other members of a group's rule that is there already. `as_it_is` is whether there are none: then
    it is adopted, and nothing is written.
    """

    subject: str
    as_it_is: bool
    policy: str
    obstacles: list[str]
