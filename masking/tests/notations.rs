//! One value under its name, in the notations that people and tools write.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Known, Policy, Scanner, Text};

/// What must be found stands between `‹` and `›`; nothing else may be.
const NOTATIONS: &[&str] = &[
    // Signs.
    "bucket = \"‹acme-logs›\"",
    "bucket: ‹acme-logs-1›",
    "S3_BUCKET=‹acmelogs›\n",
    "$env:S3_BUCKET = '‹acme-logs›'",
    "--bucket ‹acmelogs› --key x",
    "-Dapp.s3.bucket.name=‹acme-a-logs›",
    "app.s3.bucket.name=‹acme-a-logs›\napp.name=web",
    "json.Buckets[0].Name = \"‹acme-logs›\";",
    "config[\"Bucket\"] = \"‹acme-logs›\"",
    "bucket -> ‹acme-logs-1›",
    "AWS Secret Access Key [None]: ‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›",
    "Account Id (12 digits): ‹471192830564›",
    "S3_BUCKET ?= ‹acme-logs-1›\nACCOUNT_ID ::= ‹471192830564›",
    "ENV['AWS_ACCOUNT'] ||= '‹471192830564›'",
    "params[:bucket] = '‹acme-logs›'\nenv[LOG_BUCKET] = \"‹acme-data›\"",
    "location=s3\\://‹acme-logs›/a\njdbc.url=jdbc\\:x\\://h/d?password\\=‹Xk39abcdQ7f2›\n",
    // Quotation marks in a quotation.
    "id,doc\n7,\"{\"\"ownerId\"\":\"\"‹471192830564›\"\",\"\"bucket\"\" : \"\"‹acme-logs›\"\"}\"\n",
    "7,\"[{\"\"Name\"\":\"\"LOG_BUCKET\"\",\"\"Value\"\":\"\"‹acme-logs›\"\"}]\"\n",
    "EXECUTE 'CALL load(bucket => ''‹acme-logs›'')';",
    // Emphasis and elements.
    "- **S3 Bucket**: `‹acme-logs›`",
    "- **S3 Bucket:** ‹acme-logs-1›",
    "<b>Bucket</b>: <code>‹acme-logs-1›</code>",
    "<tr><td>Bucket Name</td><td>‹acme-logs-1›</td></tr>",
    "<dt>Bucket</dt><dd>‹acme-logs-1›</dd>",
    "<Bucket><Name>‹acme-logs›</Name><CreationDate>2024-05-01</CreationDate></Bucket>",
    "<bucket id=\"x\" name=\"‹acme-logs›\"/>",
    "<property><name>fs.s3a.secret.key</name><value>‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›</value></property>",
    "&lt;Bucket&gt;&lt;Name&gt;‹acmelogs›&lt;/Name&gt;&lt;/Bucket&gt;",
    r"\u003cSecretKey\u003e‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›\u003c/SecretKey\u003e",
    // Pairs, in either order, with other members between them.
    r#"[{"ParameterKey": "BucketName", "ParameterValue": "‹acme-logs›"}]"#,
    r#"{"OutputKey": "LogBucket", "Description": "logs", "OutputValue": "‹acme-logs›"}"#,
    r#"{"value": "‹acme-logs›", "name": "LOG_BUCKET"}"#,
    "- name: DB_PASSWORD\n  type: plain\n  value: ‹Xk39abcdQ7f2›\n",
    "ParameterKey=BucketName,ParameterValue=‹acme-a-logs›",
    // Members of an object that has the name, of a list of them, of a map.
    r#""bucket": {"arn": "x", "name": "‹acmeuploads›"}"#,
    r#"{"Buckets": [{"Name": "‹acme-logs›", "Date": "2024"}, {"Name": "‹acmebackups›", "Date": "2024"}], "Owner": {}}"#,
    "bucket:\n  name: ‹acme-logs-1›\n  region: eu-west-1",
    "accounts: {web: \"‹471192830564›\", data: \"‹305918274610›\"}",
    "accounts = {\n  web  = \"‹471192830564›\"\n  data = \"‹305918274610›\"\n}",
    "buckets:\n  - ‹acme-logs-1›\n  - \"‹acme-data-1›\"",
    // Columns.
    "Region,LogBucket,State\neu-west-1,‹acme-logs-1›,ok\nus-east-1,‹acme-logs-2›,ok\n",
    "Region\\tAccount Id\\neu-west-1\\t‹471192830564›\\nus-east-1\\t‹305918274610›",
    "| Region | Bucket |\n|---|---|\n| eu-west-1 | ‹acme-logs-1› |\n| us-east-1 | ‹acme-logs-2› |",
    "REGION      BUCKET           AGE\neu-west-1   ‹acme-logs-1›      5d\nus-east-1   ‹acme-logs-2›      6d\n",
    "<table><tr><th>Region</th><th>Bucket</th></tr><tr><td>eu-west-1</td><td>‹acme-logs-1›</td></tr></table>",
    "||             Buckets             ||\n|+---------------+---------------+|\n\
     ||  CreationDate |     Name      ||\n|+---------------+---------------+|\n||  2024-05-01   |  ‹acme-logs›  ||\n",
    "INSERT INTO c VALUES ('bucket', '‹acme-sql-data›'), ('account_id', '‹471192830564›');",
    "--set db.password=‹Xk39abcdQ7f2›,bucket=‹acme-helm-1›",
    // Sentences.
    "Bucket names: ‹acme-a-logs›, ‹acme-b-logs› and ‹acme-c-logs›.",
    "Our S3 bucket is `‹acme-logs›`, since last week.",
    "Is the bucket named ‹acme-logs-1› still there?",
    "The `‹acme-logs›` bucket is empty.",
    "S3 버킷 ‹acme-logs-1.data› 확인 부탁드립니다.",
    "‹acme-logs-1› 버킷이 비어 있어요.",
    "S3バケット「‹acme-logs›」を確認してください。",
    "バケットは‹acme-logs-1›です。",
    "存储桶是 ‹acme-logs-1› 吗？",
    "Das Konto ‹471192830564› und der Bucket heißt ‹acme-logs-1›.",
    "La cuenta es ‹471192830564›.",
    "RDS 인스턴스: ‹acme-orders-1› 입니다.",
    "비밀번호 ‹QtrroaUs6S*D5› 확인",
    "We run this in ‹471192830564› (prod).",
    "distcp 471192830565 files",
    // A value that is known stands within other names.
    "zone_id = \"‹Z05218443LQ9XKMW7ABC›\"\nno record ‹Z05218443LQ9XKMW7ABC›_www.example.org_CNAME",
    "aws_route53_record:\n    - ‹Z05218443LQ9XKMW7ABC›_www.example.org_A",
    "origin S3-‹acme-site-1› at ‹acme-site-1›.s3.amazonaws.com",
    "Alarm Arn: arn:aws:cloudwatch:eu-west-1:‹471192830564›:alarm:‹orders-cpu›\nName:      ‹orders-cpu›\n",
    // An ARN shows a name that is masked wherever it stands alone.
    r#"{"RoleName": "‹Deployer›", "Arn": "arn:aws:iam::‹471192830564›:role/‹Deployer›"}, Deployer of all"#,
    r#"{"StackName": "‹Ledger›", "StackId": "arn:aws:cloudformation:eu-west-1:‹471192830564›:stack/‹Ledger/8ff84582-673b-4e85-a3ff-3fbd28da7b16›"}"#,
    r#"arn:aws:lambda:eu-west-1:‹471192830564›:function:‹test› and {"kind": "test"}"#,
];

/// Texts in which names stand and no values.
const OTHERWISE: &[&str] = &[
    "{\"Versions\": [\"10.4.1.72\", \"10.0.19041.4349\"]}",
    "Region,AgentVersion,State\neu-west-1,10.4.9.95,available",
    "env:\n  - name: VERSION\n    value: \"10.4.8.74\"",
    "Our Agent Version is `10.4.3.43`, since last week.",
    "the token bucket is full, and a bucket sort-1 is none",
    "bucket,account,owner\nred,blue,green\n",
    "f(bucket, account, key-1)",
    "passwd: files1 sss systemd",
    "bucket = \"\", queue = \"acme-logs-1\"",
    "bucket = \"\"\nacme-logs-1 = \"\"",
    "x = \"bucket\" + \"\" + acme-logs-7",
    "rate(http_bucket[5m]) > 3 and x[1m] and y[0]m",
    "[account]\nx = acme-1\n[bucket]\ny = acme-2",
    "| Bucket | policy |\n| --- | --- |\n| public | none |",
    "The bucket is empty, the account was closed and the password is gone.",
    "for (const account of accounts) { bucket.push(account.id) }",
    "accounts: {web: 2, data: 3}",
    "{\"order\": \"471192830564\"}",
];

fn marked(scanner: &Scanner, text: &str) -> String {
    let mut marked = text.to_owned();
    for finding in scanner.scan(&[Text { text, key: None }], &Known::default()).iter().rev() {
        marked.insert(finding.end, '›');
        marked.insert(finding.start, '‹');
    }
    marked
}

#[test]
fn a_value_is_found_in_each_notation_and_nothing_else_is() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for expected in NOTATIONS.iter().chain(OTHERWISE) {
        let got = marked(&scanner, &expected.replace(['‹', '›'], ""));
        if got != *expected {
            wrong.push(format!("expected {expected}\n   found {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rows of a table are read once, however many names its header and its rows have.
#[test]
fn a_long_table_is_read_to_its_end() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let rows: String = (0..500).map(|row| format!("eu-west-1,acme-logs-{row},4711928{row:05}\n")).collect();
    let text = format!("Region,Bucket,Account\n{rows}");
    assert_eq!(scanner.scan(&[Text { text: &text, key: None }], &Known::default()).len(), 1_000);
}
