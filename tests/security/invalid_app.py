"""An app whose template has a property that CloudFormation does not know."""

import aws_cdk as cdk

app = cdk.App()
topic = {"TopicName": "topic", "Unknown": True}
cdk.CfnResource(cdk.Stack(app, "Stack"), "Topic", type="AWS::SNS::Topic", properties=topic)
app.synth()
