"""A local AWS on which the real template runs: MiniStack and Identity Center on one machine, without an account."""

from sandbox.access import Credentials
from sandbox.deployment import Stack
from sandbox.errors import SandboxError
from sandbox.identity_center.behaviour import Behaviour
from sandbox.sandbox import Sandbox

__all__ = ["Behaviour", "Credentials", "Sandbox", "SandboxError", "Stack"]
