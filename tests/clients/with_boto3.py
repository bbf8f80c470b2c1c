"""boto3's client of Bedrock, as behind a gateway that signs: plain and streamed: prints what it made of the answers."""

import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config

url, scenario, asks = sys.argv[1:]
config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
client = boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=url, config=config)


def named(request, **_) -> None:
    request.headers["x-scenario"] = scenario


client.meta.events.register("before-send", named)
request = {
    "modelId": "claude-test-1",
    "messages": [{"role": "user", "content": [{"text": asks}]}],
    "toolConfig": {"tools": [{"toolSpec": {"name": "run", "inputSchema": {"json": {"type": "object"}}}}]},
}


def streamed() -> dict:
    text, names, inputs = "", {}, {}
    for event in client.converse_stream(**request)["stream"]:
        if "contentBlockStart" in event:
            block = event["contentBlockStart"]
            names[block["contentBlockIndex"]] = block["start"]["toolUse"]["name"]
        if "contentBlockDelta" in event:
            index, delta = event["contentBlockDelta"]["contentBlockIndex"], event["contentBlockDelta"]["delta"]
            text += delta.get("text", "")
            inputs[index] = inputs.get(index, "") + delta.get("toolUse", {}).get("input", "")
    return {"text": text, "calls": [[name, json.loads(inputs[index])] for index, name in names.items()]}


def plain() -> dict:
    content = client.converse(**request)["output"]["message"]["content"]
    text = "".join(block.get("text", "") for block in content)
    calls = [[block["toolUse"]["name"], block["toolUse"]["input"]] for block in content if "toolUse" in block]
    return {"text": text, "calls": calls}


print(json.dumps({"plain": plain(), "streamed": streamed()}))
