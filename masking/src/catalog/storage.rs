//! Buckets, volumes, file systems.

use super::{Check, Class, Edge, KeyRule, ROW, Row, Rule, Tail, Tier};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ebs_volume",
        label: "VOLUME",
        rules: &[
            Rule::Id("vol", Tail::Hex),
            // The serial number that the operating system sees has no hyphen.
            Rule::Literal("vol0", "vol0[0-9a-f]{16}", Edge::Word, Check::None),
        ],
        yes: &["‹vol-049df61146c4d7901›", "‹vol-426ab23e›", "nvme1n1 ‹vol02122ee9eae6c44b1›"],
        no: &["vol-1", "vol-control", "volume-0123", "vol-au-vent"],
        ..ROW
    },
    Row {
        id: "ebs_snapshot",
        label: "SNAPSHOT",
        rules: &[Rule::Id("snap", Tail::Hex)],
        yes: &["‹snap-01234567890abcedf›", "‹snap-78e22663›"],
        no: &["snap-12345", "snap-to-grid"],
        ..ROW
    },
    Row {
        id: "efs_fsx",
        label: "FS",
        rules: &[
            Rule::Id("fs|fsap|fsmt|fsvol|fsvolsnap|svm|dra|fc", Tail::Hex),
            Rule::Host(".efs.", r"(?:[a-z0-9-]{1,20}\.)?(fs-[0-9a-f]{8,17})\.efs\.{region}\.{aws}"),
            Rule::Host(".fsx.", r"(?:svm-[0-9a-f]{17}\.)?((?:fs|fc)-[0-9a-f]{8,17})\.fsx\.{region}\.{aws}"),
        ],
        yes: &["‹fs-c7a0456e›", "‹fs-c7a0456e›.efs.us-west-2.amazonaws.com:/", "‹fsvol-0123456789abcdef0›"],
        no: &["fs-1", "fs-extra", "nfs-12345678"],
        ..ROW
    },
    Row {
        id: "s3_bucket",
        label: "S3_BUCKET",
        rules: &[
            Rule::After("s3:|s3a:|s3n:|s3%3a", r"(?:s3[an]?|S3)(?::|%3[Aa]){/}{/}({bucket})", Check::Bucket),
            Rule::After("bucket does not exist", "bucket does not exist: ({bucket})", Check::Bucket),
            Rule::After(
                "s3\"|s3'|s3\\|type=s3",
                r#"(?:type=)?S3["'\\]{0,9},?\s{0,120}["'\\]{0,9}location["'\\]{0,9}\s?[:=]\s?["'\\]{0,9}({bucket})"#,
                Check::Bucket,
            ),
            Rule::After("/s3/", r"/s3/(?:buckets|object|bucket)/({bucket})", Check::Bucket),
            Rule::After("BUCKETS\t", "BUCKETS\t({bucket})\t", Check::Bucket),
            // What Terraform prints, imports, and is told to import.
            Rule::After(
                "aws_s3_bucket.",
                r#"aws_s3_bucket\.(?:[^\n\[]{1,80}\[id=({bucket})\]|[A-Za-z0-9_-]{1,80}\s{1,120}id\s{0,40}=\s?"({bucket})")"#,
                Check::Bucket,
            ),
            Rule::After("import aws_s3_bucket.", r"import aws_s3_bucket\.[^\s]{1,80} ({bucket})", Check::Bucket),
            Rule::Arn("s3:"),
            Rule::Host(
                "s3",
                r"({bucket})\.s3(?:-accelerate|-website|-fips|express-[a-z0-9-]{3,20}|-control)?(?:[.-]dualstack)?(?:[.-]{region})?\.{aws}",
            ),
            Rule::Host("s3", r"s3(?:[.-]dualstack)?(?:[.-]{region})?\.{aws}{/}({bucket})"),
            Rule::Key(KeyRule {
                names: "bucket|bucket name|buckets name|버킷|버킷 이름|버킷명|バケット|バケット名|バケットの名前|存储桶|存储桶名称|存儲桶",
                value: "{bucket}",
                check: Check::Bucket,
            }),
        ],
        yes: &[
            "s3://‹amzn-s3-demo-bucket›/path",
            r"s3a:\/\/‹warehouse-1›\/orders",
            "s3%3A%2F%2F‹acme-logs›%2Fkey",
            "arn:aws:s3:::‹amzn-s3-demo-bucket›/*",
            "‹my.own.bucket›.s3.us-east-2.amazonaws.com",
            "‹acme-site›.s3-website-us-west-2.amazonaws.com",
            "https://s3.us-east-1.amazonaws.com/‹acme-logs›/key",
            "https://s3.console.aws.amazon.com/s3/buckets/‹acme-logs›?region=us-east-1",
            r#""Bucket": "‹acme›""#,
            r#"{\"S3BucketName\": \"‹acme-logs›\"}"#,
            "bucket = \"‹acme-prod-logs›\"",
            "--bucket ‹acme› --key x",
            "S3_BUCKET=‹acmelogs›\n",
            "<Bucket>‹acme-logs›</Bucket>",
            "|  S3BucketName  |  ‹acme-logs›  |",
            "{name: BUCKET, value: \"‹acme-logs›\"}",
            r#"{"name": "LOG_BUCKET", "value": "‹acme-logs›"}"#,
            "s3.Bucket('‹acme-logs›')",
            "os.getenv('BUCKET', '‹acme-logs›')",
            "process.env.BUCKET || '‹acme-logs›'",
            "Bucket: aws.String(\"‹acme-logs›\")",
            "creating S3 Bucket (‹acme-logs-1›): BucketAlreadyExists",
            "버킷은 ‹acme-logs-1›야",
            "aws_s3_bucket.logs: Refreshing state... [id=‹acme-logs›]",
            "The specified bucket does not exist: ‹acme-logs›",
            r#"{"type": "S3", "location": "‹acme-logs›/src.zip"}"#,
            "terraform import aws_s3_bucket.logs ‹acmelogs›",
            "to = aws_s3_bucket.logs\n  id = \"‹acmelogs›\"",
            "def f(bucket: str = \"‹acme-logs›\")",
            "buckets: [\"‹acme-a›\", \"‹acme-b›\"]",
        ],
        no: &[
            "s3://<bucket>",
            "s3://${var.bucket}/x",
            "an S3 bucket is a container",
            "arn:aws:s3:::*",
            "arn:aws:s3:::${bucket}",
            "s3.us-east-1.amazonaws.com",
            "bucket: true",
            r#""Bucket": null"#,
            "token bucket size = 100",
            "bucket_prefix = \"x-1\"",
            "bucket policy is",
            "bucket = aws_s3_bucket.logs.id",
            "bucket: us-east-1",
            "let bucket = hash1(key)",
            "the bucket us-east-1 region",
        ],
        ..ROW
    },
    Row {
        id: "s3_access_point",
        label: "ACCESS_POINT",
        rules: &[
            Rule::Host("s3-accesspoint", r"({name})\.s3-accesspoint(?:-fips)?(?:\.dualstack)?\.{region}\.{aws}"),
            Rule::Arn("s3:accesspoint"),
        ],
        yes: &[
            "arn:aws:s3:us-west-2:123456789012:accesspoint/‹finance-ap›",
            "‹finance-123456789012›.s3-accesspoint.us-west-2.amazonaws.com",
        ],
        no: &["x-s3alias"],
        ..ROW
    },
    Row {
        id: "s3_canonical_id",
        label: "CANONICAL_ID",
        rules: &[
            Rule::Key(KeyRule {
                // Docker writes `Id`.
                names: "=ID|canonical user|canonical id|canonical user id|grantee",
                value: "[0-9a-f]{64}",
                check: Check::None,
            }),
            Rule::After("OWNER\t", "OWNER\t[^\t\n]{0,64}\t([0-9a-f]{64})", Check::None),
        ],
        yes: &[r#""Owner": {"ID": "‹75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a›"}"#],
        no: &[
            "\"Id\": \"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a\"",
            "sha256:75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
        ],
        ..ROW
    },
    Row {
        id: "storage_gateway",
        label: "SGW",
        rules: &[
            Rule::Id("sgw", Tail::Run(Class::UpperHex, 8..=8, Check::Digit)),
            Rule::Id("sgw", Tail::Run(Class::UpperHex, 17..=17, Check::Digit)),
        ],
        yes: &["‹sgw-12A3456B›"],
        no: &["sgw-1"],
        ..ROW
    },
    Row {
        id: "lifecycle_policy",
        label: "POLICY_ID",
        rules: &[Rule::Id("policy|backup", Tail::Hex17)],
        yes: &["‹policy-0123456789abcdef0›", "‹backup-0123456789abcdef0›"],
        no: &["policy-12345", "policy-0123456789abcdef"],
        ..ROW
    },
    Row {
        id: "s3_key",
        label: "S3_KEY",
        tier: Tier::Optional,
        rules: &[Rule::After(
            "s3:|s3a:|s3n:",
            r"(?:s3[an]?|S3):{/}{/}{bucket}{/}([A-Za-z0-9_.=/-]{3,512})",
            Check::None,
        )],
        yes: &["s3://acme-logs/‹daily/2025-07-01/part-00000.parquet›"],
        no: &["s3://acme-logs/"],
        ..ROW
    },
];
