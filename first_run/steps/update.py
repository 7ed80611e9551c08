"""Updates the stack while somebody's sessions are ended, and sees that they stay ended."""

from first_run.names import UNIT
from first_run.scene import Scene
from first_run.steps.deployment import release

_SECONDS = 60.0


def update(scene: Scene) -> None:
    """Attach the policy to an organizational unit more, and to one less again; change a setting of the functions."""
    root, unit = scene.values["root"], _unit(scene)
    before = scene.session_policy()
    for what, targets, level in (
        ("an update with another target", f"{root},{unit}", "INFO"),
        ("an update back, with another setting", root, "DEBUG"),
    ):
        release(scene, what, EndedSessionsTargets=targets, LogLevel=level)
        scene.until(
            f"{what}: the policy is attached to",
            expected=_counted(targets.split(",")),
            read=lambda: _counted(_attached(scene)),
            within=_SECONDS,
        )
        scene.log.check(
            f"{what}: the user's sessions are ended still", expected="yes", observed=scene.sessions_are_ended()
        )
    same = "yes" if scene.session_policy() == before else "no"
    scene.log.check("it is the same policy as before", expected="yes", observed=same)
    scene.aws.client("organizations").delete_organizational_unit(OrganizationalUnitId=unit)
    scene.values.pop("unit")


def _unit(scene: Scene) -> str:
    """Return the organizational unit of the test, created when there is none."""
    if "unit" not in scene.values:
        organizations = scene.aws.client("organizations")
        made = organizations.create_organizational_unit(ParentId=scene.values["root"], Name=UNIT)
        scene.values["unit"] = str(made["OrganizationalUnit"]["Id"])
    return scene.values["unit"]


def _attached(scene: Scene) -> list[str]:
    of = {"PolicyId": scene.session_policy()}
    return [
        str(target["TargetId"])
        for target in scene.aws.every("organizations", "list_targets_for_policy", "Targets", **of)
    ]


def _counted(targets: list[str]) -> str:
    units = sum(1 for target in targets if target.startswith("ou-"))
    return f"the root and {units} units" if len(targets) > units else f"{units} units"
