"""The smallest SAM application that shows what the platform under it does."""

from pathlib import Path

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Runtime: {Type: String}
  Architecture: {Type: String}
  Greeting: {Type: String}
  Concurrency: {Type: Number, Default: 9}
Globals:
  Function:
    Runtime: !Ref Runtime
    Architectures: [!Ref Architecture]
    CodeUri: code
    Timeout: 120
    Layers: [!Ref Layer]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true, ContentBasedDeduplication: true, VisibilityTimeout: 150}
  Failures:
    Type: AWS::SQS::Queue
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - {Id: sum, Expression: SUM(METRICS()), ReturnData: true}
        - Id: errors
          ReturnData: false
          MetricStat: {Metric: {Namespace: AWS/Lambda, MetricName: Errors}, Stat: Sum, Period: 60}
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  QueueFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.on_message
      ReservedConcurrentExecutions: 7
      Events:
        Messages:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: !Ref Concurrency}
  StreamFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.on_change
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 10
            MaximumRetryAttempts: 1
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failures.Arn}}
  ProbeFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.probe
      Environment: {Variables: {GREETING: !Ref Greeting}}
      Events:
        Call:
          Type: Api
          Properties: {Path: /probe, Method: get, RestApiId: !Ref Api}
  TwinFunction:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.probe, Environment: {Variables: {GREETING: ""}}}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer, RetentionPolicy: Delete}
  BrokenFunction:
    Type: AWS::Serverless::Function
    Properties: {Handler: missing.handler}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, Auth: {DefaultAuthorizer: AWS_IAM}}
Outputs:
  QueueUrl: {Value: !Ref Queue}
"""

CODE = """
import importlib.util, json, os, sys, time
import boto3, botocore.exceptions, in_layer

def wait_for(path):
    deadline = time.time() + 90
    while not os.path.exists(path) and time.time() < deadline:
        time.sleep(0.02)
    return os.path.exists(path)

def on_message(event, _context):
    for record in event["Records"]:
        name, _, deed = record["body"].partition(" ")
        print(json.dumps({"began": name, "at": time.time()}))
        if deed.startswith("write"):
            open(deed.removeprefix("write "), "w").close()
        found = wait_for(deed.removeprefix("await ")) if deed.startswith("await") else None
        print(json.dumps({"ended": name, "at": time.time(), "found": found}))

def on_change(event, _context):
    ids = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
    print(json.dumps({"batch": ids}))
    for record, name in zip(event["Records"], ids):
        if name.startswith("crash"):
            raise RuntimeError(name)
        if name.startswith("refused"):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        found = wait_for(name.removeprefix("await ")) if name.startswith("await") else None
        print(json.dumps({"done": name, "found": found}))

def probe(event, _context):
    try:
        queues = boto3.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"]
    except botocore.exceptions.ClientError as error:
        queues = error.response["Error"]["Code"]
    answer = {
        "greeting": os.environ["GREETING"],
        "foreign": [name for name in ("moto", "ministack", "pydantic", "pytest") if importlib.util.find_spec(name)],
        "endpoints": {name: text for name, text in os.environ.items() if name.startswith("AWS_ENDPOINT_URL")},
        "python": list(sys.version_info[:2]),
        "queues": queues,
        "layer": os.path.realpath(in_layer.__file__),
    }
    return {"statusCode": 200, "body": json.dumps(answer)}
"""


def write_application(folder: Path) -> Path:
    """Write template and code, and return the template's path."""
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "layer" / "python").mkdir(parents=True)
    (folder / "layer" / "python" / "in_layer.py").touch()
    template = folder / "template.yaml"
    template.write_text(TEMPLATE)
    return template
