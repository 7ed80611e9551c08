"""Go back to an earlier version of the policy: its text becomes the newest version, and a plan like any other."""

from dayone.contracts.kept_policy import files_in
from dayone.domain.policy import PolicyVersion
from dayone.usecases.submit_policy import UploadPorts, submit_policy


def roll_back_policy(version: int, *, actor: str, authors: tuple[str, ...] = (), ports: UploadPorts) -> PolicyVersion:
    """Raises NotFound for a version that was never kept, Invalid for one that this release does not read any more."""
    kept = ports.archive.version(version)
    return submit_policy(files_in(kept), actor=actor, authors=authors, ports=ports, again=version)
