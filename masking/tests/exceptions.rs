//! What looks like a value and is none, and what only begins or ends like an exception.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Known, Policy, Scanner, Text};

/// What must be found stands between `‹` and `›`; nothing else may be.
const CASES: &[&str] = &[
    // Names of AWS's own are whole names.
    "arn:aws:s3:::‹aws-glue-assets-471192830564-eu-west-1›/scripts",
    "arn:aws:iam::‹471192830564›:role/‹AmazonEKSClusterRole-acme›",
    "arn:aws:iam::‹471192830564›:role/‹aws-service-roles-acme›",
    "arn:aws:iam::‹471192830564›:role/‹AWS-acme-admin›",
    "arn:aws:iam::‹471192830564›:role/aws-reserved/sso.amazonaws.com/‹AWSReservedSSO_Acme_0123456789abcdef›",
    "arn:aws:iam::‹471192830564›:role/OrganizationAccountAccessRole",
    "arn:aws:iam::‹471192830564›:role/‹OrganizationAccountAccessRole2›",
    "arn:aws:iam::‹471192830564›:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService",
    "arn:aws:iam::‹471192830564›:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:kms:eu-west-1:‹471192830564›:alias/aws/s3",
    "arn:aws:kms:eu-west-1:‹471192830564›:alias/‹aws-acme›",
    "arn:aws:ssm:eu-west-1:‹471192830564›:document/AWS-RunShellScript",
    "arn:aws:ssm:eu-west-1:‹471192830564›:document/‹AWS-RunShellScript-acme›",
    "arn:aws:logs:eu-west-1:‹471192830564›:log-group:/aws/lambda/‹acme-billing›:*",
    // A template is one where its sign opens a name, not where it closes an element.
    "<Arn>arn:aws:iam::‹471192830564›:role/‹deploy-x›</Arn>",
    "<td>arn:aws:iam::‹471192830564›:role/‹deploy-x›<br>",
    "arn:aws:iam::‹471192830564›:role/x-<name>",
    // What was masked in front of a name does not make an ARN of it.
    "arn:aws:s3:‹10.0.0.9›::‹10.0.0.1›",
    "arn:aws:s3:AWS_PRIVATE_IP_PZYNK6RPM8XH::10.0.0.1type",
    // A version follows a word, not its last letters.
    "server ‹10.0.3.4›",
    "SERVER=‹10.0.3.4›",
    "receiver: ‹10.0.3.4›",
    "nameserver ‹10.0.0.2›",
    "driver ‹10.0.3.4›",
    "subversion ‹10.0.3.4›",
    "version 10.0.3.4",
    "\"agentVersion\": \"10.0.3.4\"",
    "agent_version=10.0.3.4",
    "AGENT_VERSION: 10.0.3.4",
    "AssemblyVersion(\"10.0.0.0\")",
    "엔진버전 10.2.0.4",
    // Paths and code are no passwords.
    "PWD=/home/minsu/k8s1",
    "OLDPWD=/Users/acme1/work",
    "PWD=C:\\Users\\acme1",
    "\"PWD\": \"/home/Minsu/K8s-1\"",
    "pwd: ~/work1/x",
    "PWD=‹aB3xyz12›;UID=sa",
    "password:{enumerable:!0}",
    "password: {required: true, min: 8}",
    "const password = req.body.password1;",
    "password: process.env.DB1",
    "password = cfg[\"pw1\"]",
    "MYSQL_PWD=‹aB3xyz12›",
    // Zones of services.
    "hosted_zone_id = \"Z29XKXDKYMONMX\"",
    "\"CanonicalHostedZoneId\": \"ZIBE1TIR4HY56\"",
    "zone_id = \"ZLY8HYME6SFDD\"",
    "zone_id = \"‹ZLY8HYME6SFDE›\"",
    "zone_id = \"‹Z29XKXDKYMONMXA›\"",
    // Accounts that everybody names, whole and nowhere else.
    "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/coredns:v1.9.3",
    "‹602401143453›.dkr.ecr.us-west-2.amazonaws.com/eks/coredns:v1.9.3",
    "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.1",
    "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14",
    "arn:aws:iam::127311923021:root",
    "arn:aws:iam::‹127311923022›:root",
    "\"OwnerId\": \"137112412989\"",
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    "533267051163.dkr.ecr.ap-east-2.amazonaws.com/eks/coredns:v1.11.1",
    "HostedZoneId: Z2XHWR1WZ565X2",
    "arn:aws:bedrock:us-east-1:‹471192830564›:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0",
    "arn:aws:bedrock:us-east-1:‹471192830564›:inference-profile/‹us.acme.claude-1›",
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
    "owners = [\"099720109477\", \"‹471192830564›\"]",
    "account_id = \"‹099720109478›\"",
    // Buckets from which AWS gives something to everybody, principals of S3's features, and public parameters.
    "s3://elasticmapreduce/samples/x, s3://eu-west-1.elasticmapreduce/libs/x",
    "arn:aws:s3:::aws-codedeploy-us-gov-west-1/*",
    "https://s3.amazonaws.com/cloudformation-examples/aws-cfn-bootstrap-latest.tar.gz",
    "s3://‹elasticmapreduce-acme›/x and s3://‹aws-codedeploy-us-west-2-acme›/y",
    "arn:aws:s3:::‹acme-aws-codedeploy-us-west-2›/*",
    "\"Service\": \"logging.s3.amazonaws.com\"",
    "http://‹logging-acme›.s3.amazonaws.com/x",
    "arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/*",
    "arn:aws:ssm:eu-west-1:‹471192830564›:parameter/‹aws-acme/service›",
    // Accounts that a template or a wildcard stands for, and those that somebody has made unreadable.
    "arn:aws:sqs:us-east-1:*:reader-1",
    "arn:aws:sqs:us-east-1:${account}:‹reader-1›",
    "arn:aws:sqs:us-east-1:${account}:my-queue-1",
    "arn:aws:sqs:us-east-1:${account}:readers",
    "arn:aws:sqs:us-east-1:<account-id>:reader-1",
    "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:‹reader-1›",
    "arn:aws:sqs:us-east-1:***:‹reader-1›",
    "arn:aws:sqs:{region}:‹471192830564›:‹reader-1›",
    "arn:aws:ecr:us-east-1:602401143452:repository/eks/coredns",
    // Engines of databases, weaknesses, commands and calls.
    "the engine of your DB cluster (aurora-postgresql), and the DB cluster (‹aurora-acme-1›)",
    "strip secrets GHSA-8mxv-9xhp-86h4 (CVE-2025-30066)",
    "terraform output db_password | base64 --decode",
    "var clientSecret = System.Text.Encoding.UTF8.GetString(bytes)",
    "put_parameter(Name=name, Value=value, Type='SecureString')",
    "put_parameter(Name=name, Value='‹hunter-two›', Type='SecureString')",
    "--type SecureString --value ‹swordfish› --name x",
    "one of the values of type [SecureString, String], a value set: x",
    "DB_PASSWORD=config.database.admin\n",
    "DB_PASSWORD=‹staple.horse.battery›\n",
    "keyAlias: release-1\nkeyPassword: x",
    "vlan=101,authKey=‹0xzxgA9YoW9h58u8Sq›",
    "auth_key: true, authKey: authKeyProvider",
    // Policies of AWS, and those of somebody that are called like them.
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/service-role/AmazonEC2RoleforSSM",
    "arn:aws:iam::‹471192830564›:policy/‹AdministratorAccess-acme›",
    "arn:aws:iam::‹471192830564›:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    "arn:aws:iam::‹471192830564›:role/‹AWSServiceRoleForAutoScaling_acme›",
    "‹471192830564›:user/‹jane-1›",
    "port 8080:user/jane-1",
    // The platforms that push to devices.
    "arn:aws:sns:eu-west-1:‹471192830564›:app/GCM/‹osprey-android›",
    "\"--snapshot-identifier\", f\"rds:{cluster}-{date}-00-10\"",
];

#[test]
fn exceptions_are_exact() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for case in CASES {
        let mut text = case.replace(['‹', '›'], "");
        for finding in scanner.scan(&[Text { text: &text.clone(), key: None }], &Known::default()).iter().rev() {
            text.insert(finding.end, '›');
            text.insert(finding.start, '‹');
        }
        if text != *case {
            wrong.push(format!("expected {case}\n   found {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
