"""The local AWS does to an application what AWS does, as far as this project rests on it."""

import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKey

from sandbox import Credentials, Sandbox, SandboxError
from tests.sandbox.conftest import GREETING, Application, allow, eventually


def call_api(application: Application, credentials: Credentials) -> int:
    url = application.sandbox.api_url(application.stack.resources["Api"], stage="live") + "/probe"
    request = AWSRequest(method="GET", url=url)
    key = SigningKey(credentials.access_key_id, credentials.secret_access_key)
    SigV4Auth(key, "execute-api", application.sandbox.region).add_auth(request)
    try:
        with urlopen(Request(url, headers=dict(request.headers))) as answer:  # noqa: S310 - the URL is the sandbox's
            return int(answer.status)
    except HTTPError as refusal:
        with refusal:
            return refusal.code


class TestDeployment:
    def test_answers_outputs_and_physical_ids(self, application: Application) -> None:
        assert application.stack.outputs["QueueUrl"] == application.stack.resources["Queue"]

    def test_hands_parameters_on(self, application: Application) -> None:
        assert application.probe()["greeting"] == GREETING

    def test_applies_reserved_concurrency(self, application: Application) -> None:
        answer = application.sandbox.client("lambda").get_function_concurrency(
            FunctionName=application.stack.resources["QueueFunction"]
        )
        assert answer["ReservedConcurrentExecutions"] == 7

    def test_applies_a_table_s_time_to_live(self, application: Application) -> None:
        table = application.stack.resources["Table"]
        described = application.sandbox.client("dynamodb").describe_time_to_live(TableName=table)
        assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}

    def test_applies_a_table_s_point_in_time_recovery(self, application: Application) -> None:
        table = application.stack.resources["Table"]
        described = application.sandbox.client("dynamodb").describe_continuous_backups(TableName=table)
        recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"

    def test_reads_a_mapping_s_number_that_a_parameter_brings(self, application: Application) -> None:
        mappings = application.sandbox.client("lambda").list_event_source_mappings(
            FunctionName=application.stack.resources["QueueFunction"]
        )["EventSourceMappings"]
        assert [mapping["ScalingConfig"] for mapping in mappings] == [{"MaximumConcurrency": 9}]

    def test_takes_an_alarm_over_several_metrics(self, application: Application) -> None:
        name = application.stack.resources["Alarm"]
        (alarm,) = application.sandbox.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert [query["Id"] for query in alarm["Metrics"]] == ["sum", "errors"]
        assert alarm["StateValue"] == "INSUFFICIENT_DATA"

    @pytest.mark.parametrize(("metrics", "returned"), [(11, 1), (2, 2), (2, 0)])
    def test_refuses_an_alarm_that_cloudwatch_would(
        self, sandbox: Sandbox, tmp_path: Path, metrics: int, returned: int
    ) -> None:
        metric = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "Stat": "Sum", "Period": 60}
        queries = [
            {"Id": f"m{number}", "MetricStat": metric, "ReturnData": number < returned} for number in range(metrics)
        ]
        alarm = {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Metrics": queries,
                "EvaluationPeriods": 1,
                "Threshold": 0,
                "ComparisonOperator": "GreaterThanThreshold",
            },
        }
        template = tmp_path / "template.yaml"
        template.write_text(json.dumps({"Resources": {"Alarm": alarm}}))
        with pytest.raises(SandboxError, match="Metrics: "):
            sandbox.deploy("refused", template=template)

    def test_a_template_that_fails_says_why(self, sandbox: Sandbox, tmp_path: Path) -> None:
        template = tmp_path / "template.yaml"
        template.write_text("Resources: {Broken: {Type: AWS::Nothing::Known}}")
        with pytest.raises(SandboxError, match="AWS::Nothing::Known"):
            sandbox.deploy("broken", template=template)


class TestFunctions:
    def test_see_no_package_that_lambda_does_not_have(self, application: Application) -> None:
        assert application.probe()["foreign"] == []

    def test_run_on_the_python_of_the_template(self, application: Application) -> None:
        assert application.probe()["python"] == [3, 13]

    def test_find_both_servers_and_nothing_of_the_caller_s(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://caller.invalid")
        sandbox = application.sandbox
        assert application.probe()["endpoints"] == {
            "AWS_ENDPOINT_URL": sandbox.endpoint,
            "AWS_ENDPOINT_URL_SSO_ADMIN": sandbox.identity_center_endpoint,
            "AWS_ENDPOINT_URL_IDENTITYSTORE": sandbox.identity_center_endpoint,
            "AWS_ENDPOINT_URL_ORGANIZATIONS": sandbox.identity_center_endpoint,
            "AWS_ENDPOINT_URL_SSO": sandbox.identity_center_endpoint,
            "AWS_ENDPOINT_URL_SSO_OIDC": sandbox.identity_center_endpoint,
        }

    def test_are_held_to_their_role(self, application: Application) -> None:
        assert application.probe()["queues"] == "AccessDenied"

    def test_that_print_nothing_do_not_wait_for_their_log(self, application: Application) -> None:
        def shortest() -> int:
            application.probe()
            log = application.sandbox.function_logs(application.stack.resources["ProbeFunction"])
            return min(int(found.group(1)) for line in log if (found := re.search(r"Duration: (\d+) ms", line)))

        # Milliseconds, which each of them would wait for more; on a machine that is busy it takes some tries.
        assert eventually(lambda: shortest() < 50)

    def test_leave_their_lines_in_the_log_in_order(self, application: Application) -> None:
        application.send("logged", group="logged")
        lines = eventually(lambda: [line for line in application.said("QueueFunction") if "logged" in line.values()])
        assert [next(iter(line)) for line in lines] == ["began", "ended"]

    def test_have_a_log_that_can_be_read_from_a_time_on(self, application: Application) -> None:
        application.probe()
        function = application.stack.resources["ProbeFunction"]
        assert application.sandbox.function_logs(function, since=time.time() - 60) != []
        assert application.sandbox.function_logs(function, since=time.time() + 60) == []

    def test_share_one_copy_of_a_layer(self, application: Application) -> None:
        assert application.probe()["layer"] == application.probe(function="TwinFunction")["layer"]

    def test_that_cannot_be_imported_say_so_in_their_log(self, application: Application) -> None:
        function = application.stack.resources["BrokenFunction"]
        application.sandbox.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        assert "No module named 'missing'" in "".join(application.sandbox.function_logs(function))


class TestMessageGroups:
    def ended(self, application: Application, *names: str) -> list[dict[str, Any]]:
        """Return the function's output at the end of these messages, once all have come to it."""

        def read() -> list[dict[str, Any]]:
            return [line for line in application.said("QueueFunction") if line.get("ended") in names]

        assert eventually(lambda: len(read()) == len(names)), application.sandbox.server_log()
        return read()

    def test_run_in_parallel(self, application: Application, tmp_path: Path) -> None:
        application.send("A", group="A", deed=f"await {tmp_path}/B-ran")
        application.send("B", group="B", deed=f"write {tmp_path}/B-ran")
        assert {line["ended"]: line["found"] for line in self.ended(application, "A", "B")} == {"A": True, "B": None}

    def test_keep_their_order(self, application: Application, tmp_path: Path) -> None:
        application.send("C1", group="C", deed=f"await {tmp_path}/go")
        application.send("C2", group="C")
        application.send("D", group="D")
        self.ended(application, "D")
        (tmp_path / "go").touch()
        self.ended(application, "C1", "C2")
        said = application.said("QueueFunction")
        (first_ended,) = [line["at"] for line in said if line.get("ended") == "C1"]
        (second_began,) = [line["at"] for line in said if line.get("began") == "C2"]
        assert first_ended <= second_began


class TestStreams:
    def batches(self, application: Application, *, of: str) -> list[list[str]]:
        said = application.said("StreamFunction")
        return [line["batch"] for line in said if "batch" in line and any(of in name for name in line["batch"])]

    def done(self, application: Application, name: str) -> bool:
        return any(line.get("done") == name for line in application.said("StreamFunction"))

    def failures(self, application: Application) -> list[dict[str, Any]]:
        queue = application.stack.resources["Failures"]
        answer = application.sandbox.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def test_a_reported_failure_is_tried_again_alone_and_then_given_up(self, application: Application) -> None:
        application.put("report 1", "refused report 2", "report 3")
        assert eventually(lambda: self.done(application, "report 3")), application.sandbox.server_log()
        assert self.batches(application, of="report") == [
            ["report 1", "refused report 2", "report 3"],
            ["refused report 2", "report 3"],
            ["refused report 2"],
            ["refused report 2"],
            ["report 3"],
        ]
        (failure,) = self.failures(application)
        assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
        assert failure["DDBStreamBatchInfo"]["batchSize"] == 1

    def test_a_record_that_crashes_the_function_is_found_and_given_up(self, application: Application) -> None:
        application.put("poison 1", "crash poison 2", "poison 3")
        assert eventually(lambda: self.done(application, "poison 3")), application.sandbox.server_log()
        assert self.batches(application, of="poison")[-3:] == [["crash poison 2"], ["crash poison 2"], ["poison 3"]]
        (failure,) = self.failures(application)
        assert failure["DDBStreamBatchInfo"]["batchSize"] == 1

    def test_a_slow_function_does_not_hold_up_the_queues(self, application: Application, tmp_path: Path) -> None:
        application.put(f"await {tmp_path}/message-ran")
        time.sleep(0.5)  # until the stream's function is running
        application.send("meanwhile", group="meanwhile", deed=f"write {tmp_path}/message-ran")

        def read() -> list[bool]:
            said = application.said("StreamFunction")
            return [line["found"] for line in said if str(line.get("done")).startswith("await")]

        assert eventually(read) == [True], application.sandbox.server_log()


class TestApi:
    def test_answers_a_user_that_may_invoke_it(self, application: Application) -> None:
        user = application.sandbox.create_user("tool", policy=allow("execute-api:Invoke"))
        assert call_api(application, user) == 200

    def test_refuses_a_user_that_may_not(self, application: Application) -> None:
        user = application.sandbox.create_user("stranger", policy=allow("sqs:ListQueues"))
        assert call_api(application, user) == 403
