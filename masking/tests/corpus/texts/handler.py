"""Copies uploads from the inbox to the archive."""
import os

import boto3

ACCOUNT = "‹278424991337›"
INBOX = "‹meadow-inbox›"
ARCHIVE_BUCKET = os.environ.get("ARCHIVE_BUCKET", "‹meadow-archive›")
KEY_ID = "‹c9a7f8ea-8d74-de33-b38d-6d8d8202c0ac›"
RETRIES = 3
VERSION = "2.11.0"

s3 = boto3.client("s3", region_name="eu-west-1")
sts = boto3.client("sts")


def copy(key: str, bucket: str = "‹meadow-inbox›") -> None:
    s3.copy_object(Bucket=ARCHIVE_BUCKET, Key=key, CopySource={"Bucket": bucket, "Key": key}, SSEKMSKeyId=KEY_ID)
    s3.delete_object(Bucket="‹meadow-inbox›", Key=key)


def assume():
    role = f"arn:aws:iam::{ACCOUNT}:role/archive"
    return sts.assume_role(RoleArn="arn:aws:iam::‹278424991337›:role/‹archive-writer›", RoleSessionName="copy", ExternalId="‹mdw-7731-archive›")


def database():
    return connect(host="‹meadow.c9x2kq8wz1mv›.eu-west-1.rds.amazonaws.com", user="app", password="‹Tq8-vvKz!2mPd0›")
