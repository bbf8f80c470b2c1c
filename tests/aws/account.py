"""An AWS account on this machine: moto's server, with what it lacks: Resource Explorer, and pages of S3's buckets.

`POST /rig` makes a call of boto3 as the account's administrator: `{"service", "region", "call", "arguments"}`.
`POST /rig/check` has the account check keys and policies from then on, as a real one does from its beginning.
`POST /rig/explorer` sets the resources that Resource Explorer lists; until then it is not set up.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

import boto3
from moto import settings
from moto.core.responses import ActionAuthenticatorMixin
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple
from werkzeug.test import run_wsgi_app

ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# Elements of a page of Resource Explorer and of S3's buckets: few, so that there are many.
PAGE = 2
BUCKET = re.compile("<Bucket>.*?</Bucket>", re.DOTALL)


class Account:
    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.explored: list[dict] | None = None
        self.key = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

    def __call__(self, environ: dict, start: Callable) -> Iterable[bytes]:
        own = {
            "/rig": self.call,
            "/rig/check": self.check,
            "/rig/explorer": self.set_explorer,
            "/ListResources": self.list_resources,
        }
        answer = own.get(environ["PATH_INFO"])
        if answer is None:
            return self.of_moto(environ, start)
        status, body = answer(json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}"))
        start(status, [("content-type", "application/json")])
        return [json.dumps(body, default=str).encode()]

    def of_moto(self, environ: dict, start: Callable) -> Iterable[bytes]:
        """moto refuses every call in the XML of EC2; the services have JSON, or an XML of their own."""
        body, status, headers = run_wsgi_app(self.moto, environ, buffered=True)
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if status.startswith("200") and environ["PATH_INFO"] == "/" and "max-buckets" in query:
            (begin,) = map(int, query.get("continuation-token", ["0"]))
            start(status, [("content-type", "text/xml")])
            return [bucket_page(b"".join(body).decode(), begin).encode()]
        if not status.startswith("403"):
            start(status, list(headers))
            return body
        text, kind = b"".join(body).decode(), environ.get("CONTENT_TYPE", "")
        if kind.startswith("application/x-amz-json"):
            code = text.split("<Code>")[1].split("</Code>")[0]
            code = {"AccessDenied": "AccessDeniedException"}.get(code, code)
            text = json.dumps({"__type": code, "message": text})
        else:
            kind, text = "text/xml", text.replace("<Errors>", "").replace("</Errors>", "")
        start(status, [("content-type", kind)])
        return [text.encode()]

    def call(self, asked: dict) -> tuple[str, dict]:
        client = boto3.client(asked["service"], region_name=asked["region"], endpoint_url=self.url, **self.key)
        answer = getattr(client, asked["call"])(**asked["arguments"])
        answer.pop("ResponseMetadata", None)
        return "200 OK", answer

    def check(self, _: dict) -> tuple[str, dict]:
        iam = boto3.client("iam", region_name="us-east-1", endpoint_url=self.url, **self.key)
        iam.create_user(UserName="rig")
        iam.put_user_policy(UserName="rig", PolicyName="all", PolicyDocument=json.dumps(ADMINISTRATOR))
        made = iam.create_access_key(UserName="rig")["AccessKey"]
        self.key = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        ActionAuthenticatorMixin.request_count = 0
        return "200 OK", {}

    def set_explorer(self, asked: dict) -> tuple[str, dict]:
        self.explored = asked["resources"]
        return "200 OK", {}

    def list_resources(self, asked: dict) -> tuple[str, dict]:
        if self.explored is None:
            return "401 Unauthorized", {"__type": "UnauthorizedException", "Message": "no default view"}
        if asked.get("MaxResults", 0) >= 1000:
            # As the real one: there is no next page then, however much there is.
            return "200 OK", {"Resources": self.explored[:PAGE]}
        begin = int(asked.get("NextToken", "0"))
        answer = {"Resources": self.explored[begin : begin + PAGE]}
        more = {"NextToken": str(begin + PAGE)} if begin + PAGE < len(self.explored) else {}
        return "200 OK", answer | more


def bucket_page(text: str, begin: int) -> str:
    """moto gives no token of a next page."""
    buckets, end = BUCKET.findall(text), begin + PAGE
    for bucket in buckets[:begin] + buckets[end:]:
        text = text.replace(bucket, "")
    more = f"<ContinuationToken>{end}</ContinuationToken>" if end < len(buckets) else ""
    return text.replace("</ListAllMyBucketsResult>", f"{more}</ListAllMyBucketsResult>")


def main() -> None:
    port = int(sys.argv[1])
    run_simple("127.0.0.1", port, Account(port), threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
