import boto3

sqs = boto3.resource("sqs")
sns = boto3.client("sns")
queue = sqs.Queue("https://sqs.us-west-1.amazonaws.com/‹429440112172›/‹payouts›")
TOPIC = "arn:aws:sns:us-west-1:‹429440112172›:‹payouts-done›"
sns.publish(TopicArn=TOPIC, Message="done", MessageAttributes={"source": {"DataType": "String", "StringValue": "batch"}})
for message in queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=20):
    print(message.message_id, message.receipt_handle[:12])
# {'QueueUrls': ['https://us-west-1.queue.amazonaws.com/‹429440112172›/‹payouts-dead›'], 'ResponseMetadata': {'RequestId': '442baf9d-ea33-09e8-ec30-9f63e8e5c11e', 'HTTPStatusCode': 200}}
