//! Buckets, volumes, file systems.

use super::{Check, Class, Edge, Field, KeyRule, ROW, Row, Rule, Tail, Tier};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ebs_volume",
        label: "VOLUME",
        rules: &[
            Rule::Id("vol", Tail::Hex),
            // The operating system shows it as a serial number without the hyphen.
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
            // The host of a file system for Windows.
            Rule::Literal("amznfsx", "(?:amznfsx|AMZNFSX)[a-zA-Z0-9]{8}", Edge::Compound, Check::Digit),
            Rule::Host(".efs.", r"(?:[a-z0-9-]{1,20}\.)?(fs-[0-9a-f]{8,17})\.efs\.{region}\.{aws}"),
            Rule::Host(".fsx.", r"(?:svm-[0-9a-f]{17}\.)?((?:fs|fc)-[0-9a-f]{8,17})\.fsx\.{region}\.{aws}"),
        ],
        yes: &[
            "‹fs-c7a0456e›",
            "‹fs-c7a0456e›.efs.us-west-2.amazonaws.com:/",
            "‹fsvol-0123456789abcdef0›",
            r"\\‹amznfsxabcd1234›.corp.example\share",
        ],
        no: &["fs-1", "fs-extra", "nfs-12345678"],
        ..ROW
    },
    Row {
        id: "s3_bucket",
        label: "S3_BUCKET",
        rules: &[
            Rule::After(
                r"s3:|s3a:|s3n:|s3%3a|s3\:|s3a\:|s3n\:",
                r"(?:s3[an]?|S3)(?:\\?:|%3[Aa]){/}{/}({bucket})",
                Check::Bucket,
            ),
            // A region in front of the bucket. (Aurora user guide, "Specifying the path to an Amazon S3 bucket")
            Rule::After("s3-", r"s3-{region}://({bucket})", Check::Bucket),
            Rule::After("bucket does not exist", "bucket does not exist(?:: | - )({bucket})", Check::Bucket),
            Rule::After(
                "s3\"|s3'|s3\\|type=s3",
                r#"(?:type=)?S3["'\\]{0,9},?\s{0,120}["'\\]{0,9}location["'\\]{0,9}\s?[:=]\s?["'\\]{0,9}({bucket})"#,
                Check::Bucket,
            ),
            Rule::After("/s3/", r"/s3/(?:buckets|object|bucket)/({bucket})", Check::Bucket),
            Rule::After("%2fs3%2fbuckets%2f", "(?i:%2fs3%2fbuckets%2f)({bucket})", Check::Bucket),
            // The members of a bucket, in the order of the alphabet. (AWS CLI, `--output text`)
            Rule::After(
                "BUCKETS\t",
                "BUCKETS\t(?:arn:aws[a-z-]{0,10}:s3:::[a-z0-9.-]{3,63}\t)?(?:{region}\t)?(?:20[0-9T:.+Z-]{9,32}\t)?({bucket})(?:\t|\r|\n|$)",
                Check::Bucket,
            ),
            Rule::Record(Field::Bucket),
            // Resources that belong to a bucket have an id that begins with its name.
            Rule::Resource(
                "s3_bucket|s3_bucket_accelerate_configuration|s3_bucket_acl|s3_bucket_analytics_configuration|\
                        s3_bucket_cors_configuration|s3_bucket_intelligent_tiering_configuration|s3_bucket_inventory|\
                        s3_bucket_lifecycle_configuration|s3_bucket_logging|s3_bucket_metric|s3_bucket_notification|\
                        s3_bucket_object_lock_configuration|s3_bucket_ownership_controls|s3_bucket_policy|\
                        s3_bucket_public_access_block|s3_bucket_replication_configuration|\
                        s3_bucket_request_payment_configuration|s3_bucket_server_side_encryption_configuration|\
                        s3_bucket_versioning|s3_bucket_website_configuration|s3_directory_bucket|AWS::S3::Bucket|\
                        AWS::S3::BucketPolicy",
                "({bucket})",
                Check::Bucket,
            ),
            Rule::Resource("s3_object|s3_object_copy", "([a-z0-9][a-z.]{0,60}[0-9-][a-z0-9.-]{0,61})/", Check::Bucket),
            // The bucket in which Terraform keeps the state that it locks.
            Rule::After("path: ", r"Path:\s{1,20}({bucket})/[^\s]{0,300}\.tfstate", Check::Bucket),
            Rule::After(
                "lockid",
                r#"LockID["'\\]{0,9}\s?[:=]\s?(?:\{\s?["'\\]{0,9}S["'\\]{0,9}\s?:\s?)?["'\\]{0,9}({bucket})/[^\s"]{0,300}\.tfstate"#,
                Check::Bucket,
            ),
            // Members that CloudFormation and the CDK have for one.
            Rule::After(
                "AWS::S3::Bucket",
                r"AWS::S3::Bucket[^\n]{0,200}?[\s\x22]({bucket}) already exists",
                Check::Bucket,
            ),
            Rule::After(
                "returned message: ",
                r#"returned message: \\{0,7}"({bucket}) already exists \(Service: S3"#,
                Check::Bucket,
            ),
            Rule::After("bucket acl for ", r"(?i:bucket acl for) ({bucket}):", Check::Bucket),
            Rule::After("bucket named", r#"[Bb]ucket named ["'`\\]{0,9}({bucket})"#, Check::Bucket),
            Rule::Arn("s3:"),
            Rule::Host(
                "s3",
                r"({bucket})\.s3(?:-accelerate|-website|-fips|express-[a-z0-9-]{3,20}|-control)?(?:[.-]dualstack)?(?:[.-]{region})?\.{aws}",
            ),
            Rule::Host("s3", r"s3(?:[.-]dualstack)?(?:[.-]{region})?\.{aws}{/}({bucket})"),
            // A directory bucket's name says where it is. (S3 user guide, "Directory bucket naming rules")
            Rule::Host("--x-s3", r"([a-z0-9][a-z0-9-]{2,44}--[a-z0-9-]{4,16}--x-s3)"),
            Rule::Key(KeyRule {
                names: "bucket|bucket name|kova|kovası|kovasına|kovasında|kovasından|kovaya|fog directory|bucket ref|buckets name|list bucket result|버킷|버킷 이름|버킷명|バケット|バケット名|バケットの名前|存储桶|存储桶名称|存儲桶|бакет|Бакет|бакета|бакете|bucket s3|depósito s3|compartiment|compartiment s3|儲存貯體|balde|balde s3|cubo|cubo s3|kubełek|kubełka|kubełku|kubełek s3|kova|kovası|kovasına|kovasında|бакету|кошик s3|bucket de s3|bucket do s3|bucket di s3|bucketul|bucketului|bucket'ul|bucketen|\
                        bucketem|bucketu|bucketa|bucketi|bucket'ı|bucket adı|บัคเก็ต|桶|桶名|桶名称|الحاوية|حاوية|دلو",
                value: "{bucket}",
                check: Check::Bucket,
            }),
            // An answer that lists what is in a bucket. (S3 API reference, "ListObjectsV2", "ListObjectVersions",
            // "ListMultipartUploads")
            Rule::Sibling(
                "MaxKeys|KeyCount|IsTruncated|MaxUploads",
                KeyRule { names: "name", value: "{bucket}", check: Check::Bucket },
            ),
            // The first argument of calls to S3, and the last of one that refers to a bucket.
            Rule::After(
                "putobject(|getobject(|s3.object(|resource.object(|listobjects(|deleteobject(|put_object(|get_object(|list_objects(|delete_object(|\
                        putobjectrequest(|getobjectrequest(|listobjectsrequest(|deleteobjectrequest(|s3.geturl(|\
                        create_s3_uri(|doesobjectexist(|download_file(|download_fileobj(|.fput_object(|.fget_object(",
                r#"(?i:[a-z_0-9.]{6,24})\(\s{0,40}["']({bucket})["']\s{0,20},"#,
                Check::Bucket,
            ),
            // The second one of those that take a file first. (Boto3, "S3 customization reference")
            // From one bucket to another.
            Rule::After(
                ".copy({|.copy(copy|.copy(source|.copy(src",
                r#"\.copy\(\s{0,40}(?:\{[^{}]{1,300}\}|[A-Za-z_]{1,40}),\s{0,40}["']({bucket})["']\s{0,20},\s{0,40}["'A-Za-z]"#,
                Check::Bucket,
            ),
            Rule::After(
                "upload_file(|upload_fileobj(",
                r#"upload_file(?:obj)?\(\s{0,40}[^,\n]{1,120},\s{0,40}["']({bucket})["']\s{0,20},"#,
                Check::Bucket,
            ),
            // What is copied, with its bucket in front. (S3 API reference, "CopyObject")
            Rule::Key(KeyRule {
                names: "amz copy source|=CopySource|=copySource|=copy_source|=--copy-source",
                value: "/?({bucket})",
                check: Check::Bucket,
            }),
            Rule::After(
                "frombucketname(|from_bucket_name(",
                r#"(?i:from_?bucket_?name)\([^"'()\n]{0,40}["'][^"'\n]{0,80}["']\s{0,20},\s{0,40}["']({bucket})["']"#,
                Check::Bucket,
            ),
            // A file system of s3fs, and what mounts one.
            Rule::After("s3fs#", "s3fs#({bucket})", Check::Bucket),
            Rule::After(
                "s3fs |goofys |mount-s3 ",
                r"(?:s3fs|goofys|mount-s3) ({bucket})(?::/?[^\s]{0,80})? /",
                Check::Bucket,
            ),
            // What Terraform's provider does with one.
            Rule::After(" s3 bucket (", r" S3 Bucket \(({bucket})\)(?: [A-Z]|:)", Check::Bucket),
            // A resource of Kubernetes that stands for one of AWS: the name that it has there, if it is another, or its own.
            // (Crossplane, "Managed resources"; ACK)
            Rule::After(
                "kind: bucket",
                r"kind: Bucket\n(?:[a-zA-Z]+:[^\n]{0,80}\n){0,2}metadata:\n(?:(?: +[^\n]{0,100}\n){0,12}? +crossplane\.io/external-name: ['\x22]?({bucket})|(?: +[^\n]{0,100}\n){0,12}?spec:\n  (?:[a-zA-Z]+:[^\n]{0,80}\n  ){0,3}?name: ['\x22]?({bucket})|(?: +[a-z]+: [^\n]{0,80}\n){0,3}? +name: ['\x22]?({bucket}))",
                Check::Bucket,
            ),
            // The bill has the bucket behind the service, the usage, the operation and the zone. (Cost and Usage Report)
            Rule::After(
                "amazons3,|amazons3\",|amazons3\t|amazons3 |amazon simple storage service",
                r#"(?:AmazonS3|Amazon Simple Storage Service)(?:["']{0,2} {0,20}[,\t|] {0,20}["']{0,2}[^,\t|\n]{0,60}){0,4}?["']{0,2} {0,20}[,\t|] {0,20}["']{0,2}([a-z][a-z0-9.-]{2,61}[a-z0-9])(?:["', \t|\r\n]|$)"#,
                Check::Bucket,
            ),
            // A node of a diagram: Mermaid, PlantUML, Graphviz, letters.
            Rule::After(
                "s3\\n|s3<br|[ s3 ",
                r"(?:(?:S3|s3)(?: [Bb]ucket)?(?:\\n|<br ?/?>)({bucket})[\x22<\\)\]]|\[ (?:S3|s3) ({bucket}) \])",
                Check::Bucket,
            ),
            // Attributes of an element, and settings that say what is kept there.
            Rule::After("=\"s3\"", r#"="s3"[^>\n]{0,80} name="({bucket})""#, Check::Bucket),
            Rule::After(
                "s3_artifacts|s3_backup|s3_logs|s3_uploads|s3_archive",
                r#"(?i:s3_[a-z]{4,12})["']?\s?[:=]\s?["']?([a-z][a-z0-9.]{1,30}(?:-[a-z0-9.]{1,30}){1,6})(?:["'\s,;]|$)"#,
                Check::Bucket,
            ),
            // A remote of rclone's.
            Rule::After(
                "rclone ",
                r"rclone [a-z]{2,10} (?:[^\s]{1,100} ){0,3}(?:[a-z0-9_-]{1,16}[_-])?(?:s3|aws)[a-z0-9_-]{0,16}:({bucket})",
                Check::Bucket,
            ),
            Rule::Request,
            // The settings of one bucket. (Apache Hadoop, "Configuring different S3 buckets with Per-Bucket Configuration")
            Rule::After("fs.s3a.bucket.", r"fs\.s3a\.bucket\.([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.[a-z]", Check::Bucket),
            // A URL with a key, whose host is a region or an endpoint. (Grafana Loki, "Storage")
            Rule::After("s3://a", r"s3://A[A-Z0-9]{19}:[^\s@/]{10,200}@[a-z0-9.-]{3,80}/({bucket})", Check::Bucket),
            Rule::After(
                "s3://us-|s3://eu-|s3://ap-|s3://sa-|s3://ca-|s3://me-|s3://af-|s3://il-|s3://mx-|s3://cn-",
                "s3://{region}/({bucket})",
                Check::Bucket,
            ),
            // The name that the console gives an origin. (CloudFront developer guide, "Origin name")
            Rule::After("\"s3-|s3-website-", r#""S3-(?:Website-)?({bucket})""#, Check::Bucket),
            // The answer to creating a bucket: `{"Location": "/acme-logs"}`.
            Rule::Key(KeyRule {
                names: "^location",
                value: r#"/({bucket})(?:[\\"'\s,;)<}\]]|$)"#,
                check: Check::Bucket,
            }),
        ],
        yes: &[
            "INSERT INTO ajustes VALUES (1,'s3_bucket','‹almendro-fotos-tienda›'),(2,'region','eu-west-1');",
            "s3://‹amzn-s3-demo-bucket›/path",
            "s3: s3://eu-west-1/‹acme-loki-chunks›, s3forcepathstyle: false",
            "LOAD DATA FROM S3 's3-eu-central-1://‹acme-imports›/customers.csv' INTO TABLE customers;",
            "config.fog_directory = '‹acme-uploads›'",
            "BUCKET=${1:-‹acme-exports›}",
            "BUCKET=\"${2-‹acme-exports›}\"",
            "the bucket is now called ‹acme-archive›, its region has changed",
            "Der Bucket heißt jetzt ‹acme-archive›.",
            "the bucket was renamed to ‹acme-archive›",
            "AWS = {\n    \"buckets\": {\n        \"media\": \"‹acme-media›\",\n        \"logs\": \"‹tidewaterlogs›\",\n    },\n}",
            "‹acme-media-1› is the wrong bucket",
            "is ‹acme-media-1› the right bucket?",
            "the new bucket will be ‹acme-archive›",
            r"s3a:\/\/‹warehouse-1›\/orders",
            "s3%3A%2F%2F‹acme-logs›%2Fkey",
            r"warehouse.dir=s3a\://‹acme-lake›/warehouse",
            "arn:aws:s3:::‹amzn-s3-demo-bucket›/*",
            "arn:${AWS::Partition}:s3:::‹acme-x-data›/*",
            "arn:*:s3:::‹acme-x-data›/*",
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
            "2024-05-01 10:11:12 ‹acme-logs›\n2024-05-02 10:11:12 ‹acmebackups›\n2024-05-02 10:11:12 ‹acme.2›\n",
            "$ aws s3 ls\n2024-05-01 10:11:12 ‹acmelogs›\n$",
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be ‹acmelogs› [06/Feb/2025:00:00:38 +0000] 198.51.100.7 - X REST.GET.OBJECT",
            "{name: BUCKET, value: \"‹acme-logs›\"}",
            r#"{"name": "LOG_BUCKET", "value": "‹acme-logs›"}"#,
            "s3.Bucket('‹acme-logs›')",
            "s3.putObject(new PutObjectRequest(\"‹acme-logs›\", \"q1.pdf\", file));",
            "ExAws.S3.put_object(\"‹acmelogs›\", \"a.png\", data)",
            "Bucket.fromBucketName(this, \"Logs\", \"‹acme-logs›\")",
            "rclone mount s3:‹acme-logs› /mnt",
            "rclone copy nas:/exports/paie prod-s3:‹archives-paie-2026›/novembre --dry-run",
            "El cubo donde dejan los XML es ‹acme-xml-pre›.",
            "S3_BUCKET_UPLOADS=‹acme-logs-a›\n",
            "bucket(name: \"‹acme-logs›\") { key }",
            "bucket: &b ‹acme-data-1›\n",
            "objectStorage:\n  bucket: ‹acmebackups›\n  prefix: x\n",
            "- s3:\n    bucketName: ‹acmephotos› # shared\n",
            "let buckets = vec![\"‹acme-r1›\", \"‹acme-r2›\"];",
            "if (bucketName === '‹acme-if›') {}",
            "bucket_map = { logs = \"‹acme-map-logs›\", data = \"‹acme-map-data›\" }",
            "args: [\"--bucket\", \"‹acmelogs-1›\"]",
            "Bucket name\n‹acme-website›\nRegion\n",
            "s3fs#‹acme-s3fs› /mnt/s3 fuse",
            "471192830564,Usage,AmazonS3,EUW1-TimedStorage-ByteHrs,StandardStorage,,‹acmelogs›,0.02\n",
            "| AmazonS3 | ‹acme-logs› | 0.02 |\n",
            "shop,Amazon Simple Storage Service,‹acme-originals›,EUC1-TimedStorage-ByteHrs,412.09\n",
            "‹acme-s3fs› /mnt/s3 fuse.s3fs _netdev,allow_other 0 0",
            "‹acme-s3fs›:/2026 /mnt/s3 fuse.s3fs _netdev 0 0",
            "# /etc/passwd-s3fs\n‹acme-s3fs›:AKIAQ3EGRTLMN7XP2VWD:x",
            "\"resourceId\",\"resourceType\"\n\"‹acme-public›\",\"AWS::S3::Bucket\",\"1\"\n",
            r#"{"type": "aws_s3_bucket", "name": "m", "instances": [{"attributes": {"arn": "x", "id": "‹acmemedia›", "t": {"id": "y-1"}}}]}"#,
            "apiVersion: s3.aws.upbound.io/v1beta1\nkind: Bucket\nmetadata:\n  name: ‹acme-xp-data›\n",
            "bucket: Some(\"‹acme-logs›\"),",
            "| S3 bucket | {{‹acme-logs›}} |",
            r"S3 bucket & \texttt{‹acme-logs›} \\",
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
            "module.logs.aws_s3_bucket_policy.this[0]: Still creating... [id=‹acmelogs›, 10s elapsed]",
            "data.aws_s3_bucket.logs: Refreshing state... (ID: ‹acmelogs›)",
            "aws_s3_object.a[\"x y\"]: Creation complete after 1s [id=‹acme-logs›/a.zip]",
            "import {\n  id = \"‹acmelogs›\"\n  to = module.a.aws_s3_bucket.logs\n}",
            "resource \"aws_s3_bucket\" \"logs\" {\n  tags = {\n    a = 1\n  }\n  id     = \"‹acmelogs›\"\n}",
            "{\"ResourceType\": \"AWS::S3::Bucket\", \"PhysicalResourceId\": \"‹acmelogs›\"}",
            "Lock Info:\n  ID:        2c5ff1a0\n  Path:      ‹acmestate›/prod/terraform.tfstate\n",
            r#"{"LockID": {"S": "‹acmestate›/prod/terraform.tfstate-md5"}}"#,
            "| AWS::S3::Bucket | Artifacts (Artifacts4D1F) ‹acmeartifacts› already exists",
            "Resource handler returned message: \"‹acmeartifacts› already exists (Service: S3, Status Code: 0, Request ID: null)\"",
            "Error: creating S3 bucket ACL for ‹acme-site›: AccessControlListNotSupported",
            "s3.meta.client.copy({\"Bucket\": \"‹acme-raw›\", \"Key\": \"a\"}, \"‹acme-archive›\", \"a\")",
            "s3.copy(copy_source, '‹acme-archive›', key)",
            "s3.upload_file(path, '‹acmelogs›', 'a.png')",
            "s3.upload_fileobj(f, \"‹acmelogs›\", key)",
            "CopySource=\"/‹acmelogs›/a.png\"",
            "x-amz-copy-source: ‹acme-logs-1›%2Fa.png\n",
            "def f(bucket: str = \"‹acme-logs›\")",
            "buckets: [\"‹acme-a›\", \"‹acme-b›\"]",
            "bucketNames:\n  chunks: logs\n  ruler: ‹acme-ruler-7›\n",
            "bucketNames:\n  chunks: ‹acme-chunks-7›\nclass: gp-7\n",
            "buckets:\n  - media\n  - ‹acme-logs-7›\n",
            r#"{"Contents": [{"Key": "a.csv"}], "Name": "‹acmelogs›", "Prefix": "", "MaxKeys": 1000}"#,
            r#"{\"IsTruncated\": false, \"Contents\": [], \"Name\": \"‹acmelogs›\"}"#,
            "<Name>‹acmelogs›</Name><Prefix/><KeyCount>1</KeyCount><Contents><Key>a</Key></Contents>",
            "PUT /‹acme-logs-1›/data.csv HTTP/1.1\r\nUser-Agent: curl\r\nHost: s3.eu-west-1.amazonaws.com\r\n",
            "GET\n/‹acmelogs›/\nlist-type=2\nhost:s3.amazonaws.com\n",
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>‹acmelogs›</Name>",
            "<Buckets><Bucket><Name>‹acmelogs›</Name></Bucket><Bucket><Name>‹acmebackups›</Name></Bucket></Buckets>",
            "x ‹orders--use1-az5--x-s3› y",
            "‹orders--use1-az5--x-s3›.s3express-use1-az5.us-east-1.amazonaws.com",
        ],
        no: &[
            "s3://<bucket>",
            "s3://${var.bucket}/x",
            "an S3 bucket is a container",
            "arn:aws:s3:::*",
            "arn:aws:s3:::${bucket}",
            "s3.us-east-1.amazonaws.com",
            "client.upload_file(\"a.txt\", BUCKET, \"key-1\")",
            "CopySource={\"Key\": key, \"VersionId\": version}",
            "copy source:path-1 dest:path-2",
            "buckets:\n  - media\nhosts:\n  - web-7\n",
            "buckets:\n  enabled: true\n  count: 3\n  mode: private\nregion: x-7\n",
            "spec:\n  bucket: encrypted\n  next: x\n",
            "const x = {\n  bucket: destbucket\n}",
            "  bucket: uploadsbucket,\n  key: k\n",
            "Resource handler returned message: \"acme-1 already exists (Service: Lambda, Status Code: 409)\"",
            "GET /index.html HTTP/1.1\nHost: s3.example.com\n",
            "GET / HTTP/1.1\nHost: s3.amazonaws.com\n",
            r#"{"IsTruncated": false, "Users": [{"Name": "acme-1"}]}"#,
            "bucket: true",
            "Copy objects from the source bucket (idempotency)",
            "Bucket string `json:\"bucket\"`",
            "s3://s3.eu-west-1.amazonaws.com",
            r#""Bucket": null"#,
            "token bucket size = 100",
            "bucket_prefix = \"x-1\"",
            "bucket policy is",
            "bucket = aws_s3_bucket.logs.id",
            "bucket: us-east-1",
            "let bucket = hash1(key)",
            "the bucket us-east-1 region",
            "2024-05-01 10:11:12 started\n2024-05-02 10:11:12 stopped\n",
            "2024-05-01 10:11:12 shut-down\n",
            "$ aws s3 ls s3://\n2013-03-18 12:53:54         13 atom.xml\n",
            "aws_iam_role.x: Refreshing state... [id=acme-role]",
            "resource \"aws_s3_bucket\" \"logs\" {\n  rule {\n    id = \"expire-1\"\n  }\n}",
            "resource \"aws_s3_bucket\" \"logs\" {\n  id = \"acme-${var.x}\"\n}",
            "aws_s3_object.x: Refreshing state... [id=assets/app.js]",
            "resource \"aws_s3_bucket\" \"logs\" {\n  bucket_prefix = \"acme-1\"\n}",
            "\"PhysicalResourceId\": \"acme-1\", \"ResourceType\": \"AWS::IAM::Role\"",
        ],
        ..ROW
    },
    Row {
        id: "s3_access_point",
        label: "ACCESS_POINT",
        rules: &[
            Rule::Host(
                "s3-",
                r"({name})\.s3-(?:accesspoint|object-lambda|outposts)(?:-fips)?(?:\.dualstack)?\.{region}\.{aws}",
            ),
            Rule::Host(".accesspoint.", r"([a-z0-9]{13,16}\.mrap)\.accesspoint\.s3-global\.{aws}"),
            // The alias of an access point, which is used as a bucket's name. (S3 user guide, "Access point aliases")
            Rule::Host("s3alias", r"([a-z0-9][a-z0-9-]{0,48}-[a-z0-9]{34}-s3alias)"),
            Rule::Host("--ol-s3", r"([a-z0-9][a-z0-9-]{2,55}--ol-s3)"),
            Rule::Arn("s3:accesspoint|s3-object-lambda:accesspoint|s3-outposts:outpost"),
        ],
        yes: &[
            "arn:aws:s3:us-west-2:123456789012:accesspoint/‹finance-ap›",
            "‹finance-123456789012›.s3-accesspoint.us-west-2.amazonaws.com",
            "‹finance-123456789012›.s3-object-lambda.us-west-2.amazonaws.com",
            "‹mfzwi23gnjvgw.mrap›.accesspoint.s3-global.amazonaws.com",
            "x (‹finance-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias›)",
            "x ‹finance-hrzrlukc5m36ft7okagglf3--ol-s3› y",
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
                names: "=ID|owner id|canonical user|canonical id|canonical user id|grantee",
                value: "[0-9a-f]{64}",
                check: Check::None,
            }),
            // Who owns a bucket, in a message about an event. (S3 user guide, "Event message structure")
            Rule::Key(KeyRule {
                names: "owneridentity principal id|useridentity principal id",
                value: "A[A-Za-z0-9]{11,20}",
                check: Check::Digit,
            }),
            Rule::Sibling(
                "DisplayName|display_name",
                KeyRule { names: "id", value: "[0-9a-f]{64}", check: Check::None },
            ),
            Rule::Record(Field::CanonicalId),
            Rule::After("OWNER\t", "OWNER\t[^\t\n]{0,64}\t([0-9a-f]{64})", Check::None),
        ],
        yes: &[
            "‹79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be› x-1 [06/Feb/2025:00:00:38 +0000] 1.2.3.4 ‹79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be› X REST.GET.OBJECT",
            r#""Owner": {"ID": "‹75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a›"}"#,
            r#""bucket": {"name": "x", "ownerIdentity": {"principalId": "‹A3NL1KOZZKEXAM›"}}"#,
            "display_name=ops id=‹75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a› type=CanonicalUser",
        ],
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
