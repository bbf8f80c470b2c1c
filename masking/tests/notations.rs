//! One value under its name, in the notations that people and tools write.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

mod marks;

use marks::marked;
use masking::{Known, Policy, Scanner, Text};

/// What must be found stands between `‹` and `›`; nothing else may be.
const NOTATIONS: &[&str] = &[
    // Below the members of what the name names.
    "accounts: {prod: {id: ‹471192830564›}, dev: {id: ‹718204593316›}}",
    "accounts:\n  prod:\n    id: ‹471192830564›\n    region: eu-west-1\n  dev:\n    id: ‹718204593316›\nnumbers:\n  a:\n    id: 846201937542\n",
    "{\"accounts\": {\"prod\": {\"id\": \"‹471192830564›\", \"alias\": \"x\"}, \"dev\": {\"id\": ‹718204593316›}}, \"orders\": {\"a\": {\"id\": \"846201937542\"}}}",
    "accounts = {\n  prod = {\n    id   = \"‹471192830564›\"\n    name = \"Production\"\n  }\n  dev = {\n    id = \"‹718204593316›\"\n  }\n}\n",
    "const accounts: Record<string, { id: string }> = {\n  prod: { id: '‹471192830564›' },\n  dev: { id: '‹718204593316›' },\n};",
    "local accounts = { prod:: { id:: '‹471192830564›' }, dev:: { id:: '‹718204593316›' } };",
    "accounts: [prod: \"‹471192830564›\", dev: \"‹718204593316›\"]",
    "accounts: prod: id: \"‹471192830564›\"",
    "[accounts.prod]\nid = \"‹471192830564›\"\n[accounts.dev]\nid = \"‹718204593316›\"\n[bucket.config]\nname = \"‹acme-logs-1›\"\n",
    "accounts.prod.id=‹471192830564›\naccounts.dev.id=‹718204593316›\nbucket.config.name=‹acme-logs-1›\norder.id=846201937542\n",
    "bucket:\n  config:\n    name: ‹acme-logs-1›\n    region: eu-west-1\n",
    "bucket: {config: {name: ‹acme-logs-1›}, rule: {name: expire-7}}",
    "buckets: {logs: {name: ‹acme-logs-1›, acl: private}, data: {name: ‹acme-data-2›}}",
    "forProvider:\n  bucketRef:\n    name: ‹acme-logs-1›\n",
    // What the value is for.
    "The password for the read replica is ‹Tq7!mZ2x#Lp9›.",
    "the bucket for access logs is ‹acme-logs-1›",
    "Das Passwort für die Datenbank lautet ‹Tq7mZ2x!Lp9›",
    "La contraseña es ‹Tq7mZ2x!Lp9› y el usuario app",
    "账号ID：‹471192830564›",
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
    "bucket_names = {\n  \"logs\"  = \"‹acme-logs-1›\"\n  \"media\" = \"‹acme-media-1›\"\n}\n",
    "bucket_names = tomap({\n  \"logs\" = \"‹acme-logs-1›\"\n})\n",
    "[accounts]\nlive = ‹471192830564›\ndev  = \"‹305918274610›\"\n",
    "[account]\nid = ‹471192830564›\n",
    "[[buckets]]\nregion = \"eu-west-1\"\nname = \"‹acme-logs-1›\"\n[[buckets]]\nname = \"‹acme-data-1›\"\n",
    "| @timestamp | accountId |\n| 2026-11-20 09:14 | ‹471192830564› |\n",
    "Our accounts: ‹471192830564› (live), ‹582203941675› (dev) and ‹305918274610›.",
    r#"{"columns": ["account", "bucket"], "rows": [["‹471192830564›", "‹acme-logs›"], ["‹305918274610›", "‹acme-data-1›"]]}"#,
    "{\n \"columns\": [\n  \"env\",\n  \"bucket\"\n ],\n \"values\": [\n  [\n   \"live\",\n   \"‹acme-live-1›\"\n  ],\n  [\"dev\", \"‹acme-dev-1›\"]\n ]\n}",
    "rows = [['name', 'account'], ['dev', '‹471192830564›'], ['live, eu', '‹305918274610›']]",
    // Sentences.
    "비밀번호는 ‹Tr0ub4dor&3!x› 입니다.",
    "Veritabanı şifresi ‹Tr0ub4dor&3!x›, AWS hesabı ‹471192830564›.",
    "数据库密码是 ‹Tr0ub4dor&3!x›，账号 ‹471192830564›。",
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
    // Members that others tell.
    r#"{"Name": "‹acmelogs›", "Prefix": "", "KeyCount": 3, "MaxKeys": 1000}"#,
    r#"{"items": [{"id": "‹a1b2c3d4e5›", "apiKeySource": "HEADER"}, {"id": "‹b1b2c3d4e5›", "apiKeySource": "AUTHORIZER"}]}"#,
    r#"[{"Keys": ["‹471192830564›"], "Metrics": {"BlendedCost": {"Amount": "3.1"}}}]"#,
    // Cells with units, emphasis and a type beside them; tables of wikis; rows that begin with a name.
    "\"Payer Account\",\"Cost (USD)\"\n\"‹471192830564›\",\"12.1\"\n\"‹305918274610›\",\"0.4\"\n",
    "| Stage | Account |\n|---|---|\n| dev | **‹471192830564›** |",
    "Team    | Account No.\n--------+---------------\nWeb     | ‹4711-9283-0564›\n",
    "||Stage||Bucket||\n|dev|‹acme-dev-1›|\n|live|‹acme-live-1›|\n",
    "│ Account ID   │ Region │\n├──────────────┼────────┤\n│ ‹471192830564› │ a      │\n│ ‹305918274610› │ b      │\n",
    "|  Logs  |  AWS::S3::Bucket  |  ‹acmelogs›  |\n|  Key   |  AWS::KMS::Key  |  ‹1234abcd-12ab-34cd-56ef-1234567890ab›  |",
    "| STORE_EXTERNAL_ID   | String   | ‹ACME_Role=2_k2m9vXz1Aq8›   |\n",
    "LOG_BUCKET_NAME      live     ‹acme-live-logs-1›\n",
    "|      ListAccounts      |\n+--------------+---------+\n|  ‹471192830564›|  ACTIVE |\n|  ‹305918274610›|  ACTIVE |\n",
    // Answers of commands, resources of Pulumi and of lists.
    "$ aws cognito-idp describe-user-pool-client --query UserPoolClient.ClientSecret\n\"‹1j8s0ck2v5rq9d7tm3nbx4hzpfw6›\"\n",
    "    ~ aws:s3/bucket:Bucket: (update)\n        [id=‹acmelogs›]\n",
    "aws_s3_bucket:\n  - ‹acmelogs›\n  - ‹acmedata›\n",
    "aws_s3_bucket.logs: Importing from ID \"‹acmelogs›\"...",
    // Maps with a plural for a name, and in the notation of paths; arrays of shells.
    "buckets:\n  logs: ‹acme-logs-1›\n  data: ‹acme-data-1›\n",
    "--set loki.bucketNames.chunks=‹acme-chunks-1›",
    "const accountIds: Record<string, string> = { dev: '‹471192830564›', live: '‹305918274610›' };",
    "ACCOUNT_IDS=(\"‹471192830564›\" \"‹305918274610›\")",
    "declare -A ACCOUNTS=([dev]=‹471192830564› [live]=‹305918274610›)",
    // What languages print, and marks of other texts.
    "#<Aws::S3::Bucket:0x00007f8a1c0b2e48 @name=\"‹acme-logs›\", @data=nil>",
    "[\"Bucket\"]=>\n  string(9) \"‹acme-logs›\"",
    "<key>LogBucket</key>\n<string>‹acme-logs-1›</string>",
    "a,\"{\"\"keyId\"\":\"\"‹1234abcd-12ab-34cd-56ef-1234567890ab›\"\"}\"",
    "Account&nbsp;ID:&nbsp;‹471192830564›",
    "&lt;Account&gt;‹471192830564›&lt;/Account&gt;",
    "account=3D‹471192830564› region=3Deu-west-1",
    "[33m‹i-0f3a9b2c4d5e6f708›[0m in bucket [1m‹acme-logs-1›[0m",
    "account #‹471192830564›, acct no. ‹305918274610›",
    "the account with the ID ‹471192830564›",
    "BUCKET ?= ‹acme-logs-1›",
    "\"password\": \"‹{Xk39}abcd›\"",
    "DB_PASSWORD=‹Wombat.Pond9›\n",
    // A number that the one place calls a version is the address of the other.
    "version ‹10.4.1.72› answers at ‹10.4.1.72›",
    // A number tells several of one name apart.
    "arn:aws:rds:eu-west-1:‹471192830564›:cluster:‹acme-orders›, its writer is ‹acme-orders-2›",
    // A value that is known stands within other names.
    "zone_id = \"‹Z05218443LQ9XKMW7ABC›\"\nno record ‹Z05218443LQ9XKMW7ABC›_www.example.org_CNAME",
    "aws_route53_record:\n    - ‹Z05218443LQ9XKMW7ABC›_www.example.org_A",
    "origin S3-‹acme-site-1› at ‹acme-site-1›.s3.amazonaws.com",
    "Alarm Arn: arn:aws:cloudwatch:eu-west-1:‹471192830564›:alarm:‹orders-cpu›\nName:      ‹orders-cpu›\n",
    // An ARN shows a name that is masked wherever it stands alone.
    r#"{"RoleName": "‹Deployer›", "Arn": "arn:aws:iam::‹471192830564›:role/‹Deployer›"}, Deployer of all"#,
    r#"{"StackName": "‹Ledger›", "StackId": "arn:aws:cloudformation:eu-west-1:‹471192830564›:stack/‹Ledger/8ff84582-673b-4e85-a3ff-3fbd28da7b16›"}"#,
    r#"arn:aws:lambda:eu-west-1:‹471192830564›:function:‹test› and {"kind": "test"}"#,
    // Brackets of any depth behind a name for several.
    "ACCOUNTS = [\n    (\"dev\", \"‹471192830564›\"),\n    (\"prod\", \"‹718204593316›\"),\n]",
    "accounts: [{name: dev, id: ‹471192830564›}, {name: prod, id: \"‹718204593316›\"}]",
    "account_ids: [[\"‹471192830564›\", \"‹718204593316›\"], [\"‹305918274610›\"]]",
    "account_map = tomap({\n  \"dev\" = \"‹471192830564›\"\n})\n",
    "module.accounts[\"‹471192830564›\"].aws_iam_role.x: Creating...",
    "Account: prod (‹471192830564›)",
    // Tables: counted rows, hyphens under a header, objects for columns and cells, a dump as CSV.
    " id | aws_account  |   bucket\n----+--------------+-------------\n  1 | ‹471192830564› | ‹acme-logs-1›\n  2 | ‹718204593316› | ‹acme-data-2›\n",
    "╭───┬──────────────┬─────────────╮\n│ # │   account    │   bucket    │\n├───┼──────────────┼─────────────┤\n│ 0 │ ‹471192830564› │ ‹acme-logs-1› │\n╰───┴──────────────┴─────────────╯\n",
    "ACCOUNT_ID   PASSWORD\n------------ ------------\n‹471192830564› ‹Tq7!mZ2x#Lp9›\n‹718204593316› ‹Xk39!abcdQ7f›\n",
    "{\"columns\": [{\"name\": \"db_password\", \"type\": \"text\"}, {\"name\": \"n\"}], \"rows\": [[\"‹Tq7!mZ2x#Lp9›\", 4], [\"‹Xk39!abcdQ7f›\", 5]]}",
    "{\"ColumnMetadata\": [{\"name\": \"account_id\"}, {\"name\": \"n\"}], \"Records\": [[{\"stringValue\": \"‹471192830564›\"}, {\"longValue\": 4}]]}",
    "{\"Rows\": [{\"Data\": [{\"VarCharValue\": \"account_id\"}, {\"VarCharValue\": \"bucket_name\"}]}, {\"Data\": [{\"VarCharValue\": \"‹471192830564›\"}, {\"VarCharValue\": \"‹acme-logs-1›\"}]}]}",
    "COPY accounts (name, account_id) FROM stdin WITH CSV;\nprod,‹471192830564›\n",
    "lineItem/UsageAccountId,lineItem/ProductCode\n‹471192830564›,AmazonS3\n",
    // Values that change, and what languages write around them.
    "  ~ password: \"‹Tq7!mZ2x#Lp9›\" => \"‹Xk39!abcdQ7f›\"",
    "{bucket, <<\"‹acme-logs-1›\">>}",
    "{ password = Some \"‹Tq7!mZ2x#Lp9›\" }",
    "bucket+: { name: '‹acme-logs-1›' }",
    "password: string & \"‹Tq7!mZ2x#Lp9›\"",
    "mapOf(\"accountId\" to \"‹471192830564›\")",
    ":Password: ``‹Tq7!mZ2x#Lp9›``",
    "PASSWORDS=('‹Tq7!mZ2x#Lp9›' '‹Xk39!abcdQ7f›')",
    "%22accountId%22%3A%22‹471192830564›%22%2C",
    "gh secret set DB_PASSWORD --body \"‹Tq7!mZ2x#Lp9›\"",
    "app:‹Tq7mZ2xLp9›@tcp(‹10.20.3.41›:3306)/orders",
    "1) \"password\"\n2) \"‹Tq7!mZ2x#Lp9›\"\n",
    "the secret access key is\n‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›\n",
    "SET PASSWORD FOR 'app'@'%' = '‹Tq7!mZ2x#Lp9›';",
    "sqlcmd -S db -U sa -P ‹Tq7!mZ2x#Lp9›",
    "##vso[task.setvariable variable=p;issecret=true]‹Tq7!mZ2x#Lp9›",
    "|  /prod/db  |  SecureString  |  ‹Tq7!mZ2x#Lp9›  |\n",
    "password: str = Field(default=\"‹Tq7!mZ2x#Lp9›\")",
    "flag.String(\"bucket\", \"‹acme-logs-1›\", \"help\")",
    "flags.StringVar(&cfg.pw, \"db-password\", \"‹Tq7!mZ2x#Lp9›\", \"help\")",
    "printf 'DB_PASSWORD=%s' '‹Tq7!mZ2x#Lp9›'",
    "DB_PASSWORD=\"${DB_PASSWORD:-‹Tq7!mZ2x#Lp9›}\"",
    "Set the bucket to ‹acme-logs-1› and retry.",
    "the db password (‹Tq7!mZ2x#Lp9›) is wrong",
    "[db_password=‹Tq7!mZ2x#Lp9›]",
    "https://x/#dbPassword=‹Tq7mZ2xLp9Qw4›&y=1",
    // The same in strings and in elements.
    r#"{"content": "<string name=\"account\">‹471192830564›</string>"}"#,
    r#"{"content": "map.put(\"accountId\", \"‹471192830564›\");"}"#,
    r#"{"content": "{account, \"‹471192830564›\"}"}"#,
    r#"{"content": ":account-id \"‹471192830564›\""}"#,
    r#"{"content": "aws_account_id <- \"‹471192830564›\""}"#,
    r#"{"content": "\u2502 Account \u2502 ‹471192830564› \u2502"}"#,
    r#"{"content": "account_id: >-\n  ‹471192830564›"}"#,
    "account_id: >-\r\n  ‹471192830564›\r\n",
    "<pre>aws_account_id -&gt; ‹471192830564›</pre>",
    "<pre>account: String = &quot;‹471192830564›&quot;</pre>",
    "<pre>id,account_id\n1,‹471192830564›</pre>",
    r#"{"a": "{\"content\": \"id\\towner_account\\n1\\t‹471192830564›\"}"}"#,
    r"stdout='id\taccount\n1\t‹471192830564›'",
    "- | id | Account Id |\n  |---|---|\n  | 1 | ‹471192830564› |",
    "web-6d4f api <key>AccountId</key>\nweb-6d4f api <string>‹471192830564›</string>\n",
    // A value in front of its name, marks of print around it, particles behind it.
    "‹catalog-payments-705b› is the bucket, use ‹acme-logs-1› as the bucket",
    "Is ‹471192830564› the right account?",
    "`‹Tq7!mZ2x#Lp9›` is the password.",
    "Unser Passwort ist „‹Tq7!mZ2x#Lp9›“.",
    "パスワード「‹Tq7!mZ2x#Lp9›」を確認してください",
    "パスワードは‹Tq7!mZ2x#Lp9›です。",
    "비밀번호를 ‹Tq7!mZ2x#Lp9›로 바꿨습니다",
    "le mot de passe de production est « ‹Tq7!mZ2x#Lp9› »",
    "tài khoản là ‹471192830564›, kata sandi adalah ‹Tq7!mZ2x#Lp9›",
    "echo 'root:‹Tq7!mZ2x#Lp9›' | chpasswd",
    "$ jq -r .password creds.json\n‹Tq7!mZ2x#Lp9›\n",
    "$ kubectl get secret db -o jsonpath='{.data.password}' | base64 -d\n‹Tq7!mZ2x#Lp9›\n",
    "$ pass show prod/db\n‹Tq7!mZ2x#Lp9›\n",
    "$ yq '.aws.accountId' values.yaml\n‹471192830564›\n",
    "use account ‹471192830564› instead of ‹718204593316›",
    // Forty characters without a digit, as one key of a thousand is.
    "secret_access_key: ‹TSbmwrNqAUppXjRwUzBYeaZoXDerXwjKmrxLtdQf›",
    // Databases in sentences.
    "La base de datos ‹orders-aurora-live-4› no responde",
    "La base de données ‹citrus-pg-blue-1› est lente",
    "Die Datenbank ‹citrus-pg-prod-8› ist langsam",
    "데이터베이스 ‹citrus-mysql-dev-8›에 접속",
    "كلمة السر هي ‹Tq7!mZ2x#Lp9›",
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
    "accounts: {alice: {phone: \"821012345678\", order: 471192830564, at: 202601091234}}",
    "bump the base image to 10.4.1.72, from 10.4.1.71",
    "Preparing libfoo (10.4.1.72-1ubuntu4) over (10.4.1.71-1ubuntu4)",
    "section 10.4.1.72 of the standard, tag: 10.4.1.73",
    "Microsoft.NETCore.App 10.0.1.2 [/usr/share/dotnet]",
    "password := r.FormValue(\"password1\")",
    "if (password !== confirmPassword1) {}",
    "let password = passwordField1.text",
    "password = random_password.db1.result",
    "--password PASSWORD1, -Password <SecureString2>, Password SecureString2 (required)",
    "\"required\": [\"password\", \"account_id2\"]",
    "prompt_password(\"Password: \")?;\nassert json == {\"name\": \"turbine-12\"}",
    "- Username & Password: `redis://user:password@127.0.0.1:6379`",
    "| code | password |\n|------|----------|\n| 1    | 1 to 255 |\n",
    "\"AWS::S3::Bucket\": \"48d4aec56c00d69f\"",
    "new aws.s3.Bucket(\"logs1\");",
    "\"arn:aws:secretsmanager:*:*:secret:[a-zA-Z0-9/_+=.@-]{1,2028}$\"",
    "secret_key: OrderServiceConfigurationPropertiesBeans",
    "see <a name=\"misc\"></a>3.1.7.1.&nbsp;Summary, and skip 6.4.1.2.1 Step 2",
    "The bucket is read-only, the bucket was re-created and set to utf-8.",
    "log-3 is the bucket index, and type-2 as the account type",
    "Use utf-8 as the bucket name encoding. Set the bucket to write-protected.",
    "La base de datos postgres-16 y la base de datos no-relacional",
    "secret: my-app-secret-name-2, imagePullSecret: registryCredentials1",
    "{\"order\": \"471192830564\"}",
];

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
