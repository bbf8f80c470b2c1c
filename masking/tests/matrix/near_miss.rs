//! Texts in which nothing must be found: other things in the same notations, and lines of code and prose.

use super::draw::{self, Numbers};
use super::name::Spelled;

/// Something that looks like a value and is not one.
#[derive(Debug)]
pub struct NearMiss {
    pub name: &'static str,
    /// Names that it stands under, with `|` between them.
    names: &'static str,
    /// Patterns of it.
    values: &'static [&'static str],
    /// Of a hundred texts, those in which something is found, at most.
    pub ceiling: usize,
}

#[rustfmt::skip]
pub const NEAR_MISSES: &[NearMiss] = &[
    NearMiss { name: "aws-policy", names: "policy arn|managed policy arn", values: &["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"], ceiling: 0 },
    NearMiss { name: "aws-model", names: "model id|model arn", values: &["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-v1:0", r"anthropic\.claude-sonnet-4-v[1-3]:0"], ceiling: 0 },
    NearMiss { name: "aws-principal", names: "service|principal service", values: &["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "ec2.eu-west-1.amazonaws.com"], ceiling: 0 },
    NearMiss { name: "aws-service-name", names: "service name", values: &["com.amazonaws.eu-west-1.s3", "com.amazonaws.us-east-1.execute-api"], ceiling: 0 },
    NearMiss { name: "aws-zone", names: "alias hosted zone id|hosted zone id", values: &["Z2FDTNDATAQYW2", "Z35SXDOTRQ7X7K"], ceiling: 0 },
    NearMiss { name: "region", names: "region|aws region|location", values: &["us-east-1|eu-central-1|ap-northeast-2", "eu-west-1[abc]"], ceiling: 0 },
    NearMiss { name: "instance-type", names: "instance type|node type", values: &["m5.2xlarge|c7g.large|t4g.nano", "db.r6g.xlarge|cache.t4g.small"], ceiling: 0 },
    NearMiss { name: "metadata-address", names: "metadata endpoint|endpoint", values: &["169.254.169.254", "http://169.254.169.254/latest"], ceiling: 0 },
    NearMiss { name: "documentation-address", names: "example address|source ip", values: &["192.0.2.17|203.0.113.44|198.51.100.8"], ceiling: 0 },
    NearMiss { name: "aggregate", names: "vpc cidr|allowed cidr", values: &["10.0.0.0/8|172.16.0.0/12|192.168.0.0/16|0.0.0.0/0"], ceiling: 0 },
    NearMiss { name: "version", names: "version|engine version|agent version", values: &[r"10\.4\.[1-9]\.[1-9][0-9]", r"10\.0\.19041\.[1-9][0-9]{3}", r"[1-9]\.[0-9]{1,2}\.[0-9]"], ceiling: 3 },
    NearMiss { name: "digest", names: "sha256|image digest|checksum", values: &["[0-9a-f]{64}", "sha256:[0-9a-f]{64}"], ceiling: 0 },
    NearMiss { name: "commit", names: "commit|git sha|revision", values: &["[0-9a-f]{40}", "[0-9a-f]{7}"], ceiling: 0 },
    NearMiss { name: "uuid", names: "request id|trace id|session uuid|correlation id", values: &["{uuid}"], ceiling: 0 },
    NearMiss { name: "phone", names: "phone|phone number|mobile", values: &[r"\+82-10-[0-9]{4}-[0-9]{4}", "010-[0-9]{4}-[0-9]{4}", r"\+49 30 [0-9]{7}"], ceiling: 0 },
    NearMiss { name: "order", names: "order number|order id|tracking number", values: &["[1-9][0-9]{11}"], ceiling: 0 },
    NearMiss { name: "epoch", names: "created at|timestamp|updated at", values: &["17513[0-9]{8}", "17513[0-9]{5}"], ceiling: 0 },
    NearMiss { name: "pod", names: "pod name|replica", values: &["web-[0-9a-f]{9}-[a-z]{4}[0-9]", "api-[0-9]"], ceiling: 0 },
    NearMiss { name: "image", names: "image|container image", values: &["nginx:1.27.3", "ghcr.io/northwind/web:[0-9a-f]{7}"], ceiling: 0 },
    NearMiss { name: "reference-secret", names: "password|db password|client secret", values: &[r"\$\{DB_PASSWORD\}", "<your-password-1>", r"\{\{db_password1\}\}"], ceiling: 0 },
    NearMiss { name: "reference-bucket", names: "bucket|bucket name", values: &[r"\$\{LOG_BUCKET\}", "<bucket-name-1>", r"\{\{bucket1\}\}"], ceiling: 0 },
    NearMiss { name: "reference-account", names: "account id|owner id", values: &[r"\$\{AWS_ACCOUNT_ID\}", "<account-id>", r"\{\{account_id\}\}"], ceiling: 0 },
    NearMiss { name: "empty", names: "bucket name|password|account id|hosted zone id", values: &["null|None|nil|true|N/A|unknown|default|pending"], ceiling: 3 },
];

impl NearMiss {
    pub fn name(&self, numbers: &mut Numbers) -> Spelled {
        let names: Vec<_> = self.names.split('|').collect();
        Spelled::new(numbers.pick::<&str>(&names))
    }

    pub fn value(&self, numbers: &mut Numbers) -> String {
        let pattern = numbers.pick(self.values);
        draw::string(pattern, numbers)
    }

    /// A reference to a value stands in files, not in logs and sentences.
    pub fn is_reference(&self) -> bool {
        self.name.starts_with("reference")
    }
}

/// Lines as they are.
pub const LINES: &[&str] = &[
    "PWD=/home/dana/k8s-tools",
    "OLDPWD=/Users/dana1/work",
    "sudo: dana : TTY=pts/0 ; PWD=/home/dana4 ; USER=root ; COMMAND=/usr/bin/apt",
    "password: {required: true, min: 8}",
    "const password = req.body.password1;",
    "properties: { password: { type: \"string\", minLength: 12 } }",
    "def connect(password: str, bucket: str) -> None:",
    "bucket = aws_s3_bucket.main1.id",
    "account_id = data.aws_caller_identity.current.account_id",
    "let bucket = self.buckets[hash % SIZE];",
    "func (b *Bucket) Name() string { return b.name }",
    "SELECT account_id, bucket FROM usage WHERE month = '2026-07';",
    "index 539a1b6..46a7ff7 100644",
    "uses: actions/checkout@5f1e629881980618f0c2d3e4f5a6b7c8d9e0f1a2",
    "npm i-18next i-deadbeef.css sg-ui vpc-module fs-extra r-project",
    "git checkout -b feature/bucket-policy-2",
    "An S3 bucket is a container, and each account has a limit of 100.",
    "Bucket policies, password rules and account limits changed in 2026-07.",
    "The account owner must rotate the password every 90 days.",
    "S3 버킷은 컨테이너이고 계정마다 100개까지 만들 수 있습니다.",
    "비밀번호는 12자 이상이어야 하고 계정은 하나만 만드세요.",
    "S3バケットはオブジェクトの入れ物で、アカウントごとに100個まで作れます。",
    "パスワードは12文字以上にしてください。アカウントは3つまでです。",
    "Ein Bucket ist ein Behälter; jedes Konto darf 100 davon haben, und das Passwort hat 12 Zeichen.",
    "Un bucket es un contenedor y cada cuenta puede tener 100; la contraseña tiene 12 letras.",
    "存储桶是对象的容器，每个账户最多100个，密码至少12位。",
];
