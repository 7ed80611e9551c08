"""A function has one name, in every place it shows up."""

import json
import re

import pytest

from tests.project.repository import PACKAGE, ROOT, functions, pascal, resource, template

FUNCTIONS = functions()


def test_every_function_of_the_template_has_its_folder() -> None:
    deployed = {name for name, pair in template()["Resources"].items() if pair["Type"] == "AWS::Serverless::Function"}
    assert deployed == {f"{pascal(name)}Function" for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_one_module_without_siblings(name: str) -> None:
    folder = ROOT / "functions" / name
    assert [path.name for path in folder.iterdir() if path.name != "__pycache__"] == ["app.py"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_puts_it_together_has_its_name(name: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "wiring").glob("*.py"))
    assert re.search(rf"^def {name}_(ports|wired)\(", text, re.MULTILINE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_events_have_its_name_and_are_json(name: str) -> None:
    events = list((ROOT / "events" / name).glob("*.json"))
    assert events, f"events/{name} has no event"
    for event in events:
        json.loads(event.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_test_has_its_name(name: str) -> None:
    assert (ROOT / "tests" / "functions" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_resources_have_its_name(name: str) -> None:
    function = resource(f"{pascal(name)}Function")
    assert function["CodeUri"] == f"functions/{name}/"
    assert "FunctionName" not in function  # CloudFormation's own fits, whatever the stack is called
    assert function["Role"] == {"Fn::GetAtt": f"{pascal(name)}Role.Arn"}
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": f"{pascal(name)}Logs"}
    assert resource(f"{pascal(name)}Logs")["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}
