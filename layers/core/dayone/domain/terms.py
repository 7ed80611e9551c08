"""How a version of the policy came into force."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """By whom a policy was put in force, and why the removals that come with it are held, or "" when they go."""

    actor: str = ""
    hold: str = ""
