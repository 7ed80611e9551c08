"""Access in the management account itself: refused without the parameter, given, edited and taken away with it."""

from first_run.scene import Scene
from first_run.steps.deployment import release
from first_run.steps.policies import access_policy

_PARAMETER = "ManagementAccountAccess=true"
_SECONDS = 60.0
_ROLES = "/aws-reserved/sso.amazonaws.com/"


def use_management_account(scene: Scene) -> None:
    """Try it without the rights that AWS demands there, then with them."""
    member, management = {"id": scene.values["account"]}, scene.values["management_account"]
    itself = {"id": management, "include_management_account": True}
    _refused(scene, itself)
    release(scene, "the stack is updated with the IAM rights", ManagementAccountAccess="true")

    scene.put_in_force("access in the management account", access_policy(member, itself), is_held=True)
    _look(scene, management, expected="yes")
    _note_roles(scene)
    edited = access_policy(member, itself, session="PT2H")
    scene.put_in_force("an edit of the permission set that is in use there", edited, is_held=False)
    # It leaves the management account without an assignment of Day One's.
    scene.put_in_force("no access there any more", access_policy(member, session="PT2H"), is_held=True)
    _look(scene, management, expected="no")
    _note_roles(scene)


def _refused(scene: Scene, itself: dict[str, object]) -> None:
    policy = scene.aws.file("policy.yaml", access_policy({"id": scene.values["account"]}, itself))
    answer = scene.aws.dayone("policy", "apply", "--yes", "--no-watch", policy)
    named = answer.status != 0 and _PARAMETER in answer.complaint
    scene.log.note("without the parameter", answer=answer.shown)
    observed = "refused with its name" if named else answer.shown
    scene.log.require("without the parameter it is", expected="refused with its name", observed=observed)


def _look(scene: Scene, account: str, *, expected: str) -> None:
    scene.until(
        "the group has the permission set in the management account",
        expected=expected,
        read=lambda: scene.is_assigned(account),
        within=_SECONDS,
    )


def _note_roles(scene: Scene) -> None:
    """Keep which roles Identity Center has in this account: nothing is expected of these names."""
    roles = scene.aws.every("iam", "list_roles", "Roles", PathPrefix=_ROLES)
    scene.log.note("roles of Identity Center in this account", paths=sorted({str(role["Path"]) for role in roles}))
