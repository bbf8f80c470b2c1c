//! What each inventory gives: the names with their kinds.

use std::collections::HashSet;

use super::*;

fn wishes(force: &[&str], skip: &[&str]) -> Wishes {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Wishes { force: set(force), skip: set(skip) }
}

fn collect(text: &str, wishes: Wishes) -> (Format, Collected) {
    let mut collected = Collected::new(wishes).unwrap();
    let format = read(text.as_bytes(), &mut collected).unwrap_or_else(|error| panic!("{error}: {text}"));
    (format, collected)
}

fn names(collected: &Collected) -> Vec<(String, &'static str)> {
    collected.found().into_iter().map(|found| (found.name, found.kind)).collect()
}

/// Reads an inventory that is one of this format and has these names, in their order.
fn check(text: &str, format: Format, expected: &[(&str, &str)]) {
    let (was, collected) = collect(text, Wishes::default());
    let expected: Vec<_> = expected.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    assert_eq!((was, names(&collected)), (format, expected), "{text}");
    assert!(collected.resources() > 0 || collected.found().is_empty());
}

const ACCOUNT: (&str, &str) = ("471192830564", "account_id");

#[test]
fn tagged_resources() {
    let text = r#"{"PaginationToken": "", "ResourceTagMappingList": [
        {"ResourceARN": "arn:aws:s3:::acme-logs", "Tags": []},
        {"ResourceARN": "arn:aws:lambda:eu-central-1:471192830564:function:billing-worker",
         "Tags": [{"Key": "Name", "Value": "billing worker"}, {"Key": "env", "Value": "acme-env"}]},
        {"ResourceARN": "arn:aws:ec2:eu-central-1:471192830564:instance/i-0123456789abcdef0",
         "Tags": [{"Key": "Name", "Value": "acme-web-1"}]},
        {"ResourceARN": "arn:aws:iam::471192830564:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService", "Tags": []}
    ]}"#;
    check(
        text,
        Format::Tagging,
        &[
            ACCOUNT,
            ("acme-logs", "s3_bucket"),
            ("acme-web-1", "ec2_instance"),
            ("billing worker", "lambda_function"),
            ("billing-worker", "lambda_function"),
        ],
    );
}

#[test]
fn config() {
    let item = r#"{"version": "1.3", "accountId": "471192830564", "resourceType": "AWS::DynamoDB::Table",
        "resourceId": "acme-orders", "resourceName": "acme-orders",
        "ARN": "arn:aws:dynamodb:eu-central-1:471192830564:table/acme-orders", "tags": {"Name": "orders of acme"},
        "configuration": {"password": "acme-secret-7", "streams": ["arn:aws:kinesis:eu-central-1:471192830564:stream/acme-stream"]}}"#;
    let expected = [
        ACCOUNT,
        ("acme-orders", "dynamodb_table"),
        ("acme-stream", "kinesis_stream"),
        ("orders of acme", "dynamodb_table"),
    ];
    check(&format!(r#"{{"fileVersion": "1.0", "configurationItems": [{item}]}}"#), Format::Config, &expected);
    check(
        &format!(r#"{{"BaseConfigurationItems": [{item}], "UnprocessedResourceIdentifiers": []}}"#),
        Format::Config,
        &expected,
    );
    let result = serde_json::Value::String(item.to_owned());
    check(&format!(r#"{{"Results": [{result}], "QueryInfo": {{"SelectFields": []}}}}"#), Format::Config, &expected);
    let listed = r#"{"ResourceIdentifiers": [{"SourceAccountId": "471192830564", "SourceRegion": "eu-central-1",
        "ResourceId": "i-0123456789abcdef0", "ResourceType": "AWS::S3::Bucket", "ResourceName": "acme-logs"}]}"#;
    check(listed, Format::Config, &[ACCOUNT, ("acme-logs", "s3_bucket")]);
}

#[test]
fn explored_resources() {
    let text = r#"{"Count": {"Complete": true, "TotalResources": 2}, "Resources": [
        {"Arn": "arn:aws:eks:eu-central-1:471192830564:cluster/acme-prod", "OwningAccountId": "471192830564",
         "Properties": [{"Name": "tags", "Data": [{"Key": "Name", "Value": "acme production"}]}],
         "Region": "eu-central-1", "ResourceType": "eks:cluster", "Service": "eks"},
        {"Arn": "arn:aws:sqs:eu-central-1:471192830564:acme-jobs", "ResourceType": "sqs:queue"}], "ViewArn": "x"}"#;
    let expected =
        [ACCOUNT, ("acme production", "eks_cluster"), ("acme-jobs", "sqs_queue"), ("acme-prod", "eks_cluster")];
    check(text, Format::ResourceExplorer, &expected);
}

#[test]
fn buckets_accounts_and_the_caller() {
    let buckets = r#"{"Buckets": [{"Name": "acme-logs", "CreationDate": "2026-01-01T00:00:00Z"}, {"Name": "acme-data"}],
        "Owner": {"ID": "0123456789abcdef", "DisplayName": "acme-owner-7"}, "Prefix": null}"#;
    check(buckets, Format::Buckets, &[("acme-data", "s3_bucket"), ("acme-logs", "s3_bucket")]);
    let accounts = r#"{"Accounts": [{"Id": "471192830564", "Name": "acme-payments-prod", "Email": "aws@acme.example",
        "Arn": "arn:aws:organizations::123456789012:account/o-exampleorgid/471192830564", "Status": "ACTIVE"}]}"#;
    check(accounts, Format::Accounts, &[ACCOUNT, ("acme-payments-prod", "account_id")]);
    let caller = r#"{"UserId": "AIDAACKCEVSQ6C2EXAMPLE", "Account": "471192830564",
        "Arn": "arn:aws:sts::471192830564:assumed-role/acme-inventory/session"}"#;
    check(caller, Format::Caller, &[ACCOUNT]);
}

#[test]
fn what_was_asked_for_is_taken_as_it_is_from_a_file() {
    let text = r#"{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:s3:::acme-logs", "Tags": [{"Key": "Name", "Value": "acme-web-1"}]}]}"#;
    let (format, from_file) = collect(text, Wishes::default());
    let mut asked = Collected::new(Wishes::default()).unwrap();
    assert_eq!(take(&serde_json::from_str(text).unwrap(), &mut asked).unwrap(), format);
    assert_eq!(names(&asked), names(&from_file));
    assert!(matches!(take(&serde_json::json!({"x": 1}), &mut asked), Err(Unreadable::Unknown)));
}

#[test]
fn terraform() {
    let state = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 7, "lineage": "x", "outputs": {"a": {"value": "acme-output-1", "type": "string"}},
        "resources": [
        {"mode": "managed", "type": "aws_s3_bucket", "name": "logs", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
         "instances": [{"index_key": 0, "schema_version": 0, "attributes": {"arn": "arn:aws:s3:::acme-logs", "bucket": "acme-logs", "id": "acme-logs",
            "tags": {"Name": "logs of acme"}, "tags_all": {"Name": "logs of acme"}, "logging": [{"target": "arn:aws:s3:::acme-audit"}]}},
            {"index_key": 1, "attributes": {"arn": null, "bucket": "acme-logs-2"}}]},
        {"mode": "managed", "type": "aws_db_instance", "name": "db", "instances": [{"attributes":
            {"arn": "arn:aws:rds:eu-central-1:471192830564:db:payroll", "identifier": "payroll", "password": "acme-secret-7",
             "username": "acme-admin-7", "endpoint": "payroll.c9akciq32rgr.eu-central-1.rds.amazonaws.com:5432"}}]},
        {"mode": "managed", "type": "aws_security_group", "name": "x", "instances": [{"attributes": {"name": "acme-web-sg", "id": "sg-0123456789abcdef0"}}]},
        {"mode": "data", "type": "aws_iam_policy_document", "name": "x", "instances": [{"attributes": {"id": "1234567890", "json": "{}"}}]},
        {"mode": "managed", "type": "random_password", "name": "x", "instances": [{"attributes": {"result": "acme-secret-8", "name": "acme-secret-9"}}]},
        {"module": "module.a", "mode": "managed", "type": "aws_kms_alias", "name": "x", "instances": [{"attributes": {"name": "alias/acme-key"}}]}
        ], "check_results": null}"#;
    let expected = [
        ACCOUNT,
        ("acme-audit", "s3_bucket"),
        ("acme-key", "kms_alias"),
        ("acme-logs", "s3_bucket"),
        ("acme-logs-2", "s3_bucket"),
        ("acme-web-sg", "security_group"),
        ("logs of acme", "s3_bucket"),
        ("payroll", "rds_instance"),
    ];
    check(state, Format::TerraformState, &expected);
    check(r#"{"version": 4, "resources": []}"#, Format::TerraformState, &[]);
    let shown = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"outputs": {}, "root_module": {"resources": [
        {"address": "aws_lambda_function.a", "mode": "managed", "type": "aws_lambda_function", "name": "a", "values":
          {"arn": "arn:aws:lambda:eu-central-1:471192830564:function:billing-worker", "function_name": "billing-worker", "tags": null}}],
        "child_modules": [{"address": "module.b", "resources": [{"type": "aws_sqs_queue", "values": {"name": "acme-jobs"}}],
          "child_modules": [{"resources": [{"type": "aws_ecs_cluster", "values": {"name": "acme-ecs"}}]}]}]}}}"#;
    let expected =
        [ACCOUNT, ("acme-ecs", "ecs_cluster"), ("acme-jobs", "sqs_queue"), ("billing-worker", "lambda_function")];
    check(shown, Format::TerraformShow, &expected);
}

#[test]
fn cloud_formation() {
    let resources = r#"{"StackResourceSummaries": [
        {"LogicalResourceId": "Logs", "PhysicalResourceId": "acme-logs", "ResourceType": "AWS::S3::Bucket", "ResourceStatus": "CREATE_COMPLETE"},
        {"LogicalResourceId": "Jobs", "PhysicalResourceId": "https://sqs.eu-central-1.amazonaws.com/471192830564/acme-jobs", "ResourceType": "AWS::SQS::Queue"},
        {"LogicalResourceId": "Topic", "PhysicalResourceId": "arn:aws:sns:eu-central-1:471192830564:acme-topic", "ResourceType": "AWS::SNS::Topic"},
        {"LogicalResourceId": "Web", "PhysicalResourceId": "i-0123456789abcdef0", "ResourceType": "AWS::EC2::Instance"},
        {"LogicalResourceId": "Role", "PhysicalResourceId": "acme-stack-Role-1ABCDEFGHIJK", "ResourceType": "AWS::IAM::Role"}]}"#;
    check(
        resources,
        Format::StackResources,
        &[
            ACCOUNT,
            ("acme-jobs", "sqs_queue"),
            ("acme-logs", "s3_bucket"),
            ("acme-stack-Role-1ABCDEFGHIJK", "iam_role"),
            ("acme-topic", "sns_topic"),
        ],
    );
    let described = resources
        .replace("StackResourceSummaries", "StackResources")
        .replace("\"LogicalResourceId\": \"Logs\"", "\"StackName\": \"acme-stack\", \"LogicalResourceId\": \"Logs\"");
    let (format, collected) = collect(&described, Wishes::default());
    assert_eq!(format, Format::StackResources);
    assert!(names(&collected).contains(&("acme-stack".to_owned(), "cfn_stack")));
    let stacks = r#"{"Stacks": [{"StackName": "acme-network", "StackId": "arn:aws:cloudformation:eu-central-1:471192830564:stack/acme-network/8ff84582-673b-4e85-a3ff-3fbd28da7b16",
        "Outputs": [{"OutputKey": "Bucket", "OutputValue": "arn:aws:s3:::acme-data"}, {"OutputKey": "Size", "OutputValue": "7"}],
        "Tags": [{"Key": "Name", "Value": "network of acme"}], "RoleARN": "arn:aws:iam::471192830564:role/acme-deployer"}]}"#;
    check(
        stacks,
        Format::Stacks,
        &[
            ACCOUNT,
            ("acme-data", "s3_bucket"),
            ("acme-deployer", "iam_role"),
            ("acme-network", "cfn_stack"),
            ("network of acme", "cfn_stack"),
        ],
    );
    let template = r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "acme-site", "Tags": [{"Key": "Name", "Value": "site of acme"}]}},
        "B": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceIdentifier": "acme-orders-db", "MasterUserPassword": "acme-secret-7"}},
        "C": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Fn::Sub": "x-${AWS::Region}"}, "Role": "arn:aws:iam::471192830564:role/acme-runner"}}},
        "Outputs": {"O": {"Value": "arn:aws:sqs:eu-central-1:471192830564:acme-out"}}}"#;
    check(
        template,
        Format::Template,
        &[
            ACCOUNT,
            ("acme-orders-db", "rds_instance"),
            ("acme-out", "sqs_queue"),
            ("acme-runner", "iam_role"),
            ("acme-site", "s3_bucket"),
            ("site of acme", "s3_bucket"),
        ],
    );
    let manifest = r#"{"version": "36.0.0", "artifacts": {"AcmeNetwork.assets": {"type": "cdk:asset-manifest"},
        "AcmeNetwork": {"type": "aws:cloudformation:stack", "environment": "aws://471192830564/eu-central-1", "properties": {"templateFile": "x"}},
        "AcmeData": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "properties": {"stackName": "acme-data-stack"}}}}"#;
    check(manifest, Format::Cdk, &[ACCOUNT, ("AcmeNetwork", "cfn_stack"), ("acme-data-stack", "cfn_stack")]);
}

#[test]
fn kubernetes() {
    let object = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "acme-checkout", "namespace": "acme-shop",
        "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::471192830564:role/acme-pods"}}, "spec": {}}"#;
    let expected = [ACCOUNT, ("acme-checkout", "resource"), ("acme-pods", "iam_role"), ("acme-shop", "resource")];
    let system = r#"{"kind": "Deployment", "metadata": {"name": "acme-dns", "namespace": "kube-system"}}"#;
    let pod = r#"{"kind": "Pod", "metadata": {"name": "acme-checkout-7d9f8-x2", "namespace": "acme-shop"}}"#;
    check(
        &format!(
            r#"{{"apiVersion": "v1", "items": [{object}, {system}, {pod}], "kind": "List", "metadata": {{"resourceVersion": ""}}}}"#
        ),
        Format::Kubernetes,
        &expected,
    );
    check(object, Format::Kubernetes, &expected);
}

#[test]
fn pulumi() {
    let text = r#"{"version": 3, "deployment": {"manifest": {}, "secrets_providers": {"type": "x"}, "resources": [
        {"urn": "urn:pulumi:dev::acme::pulumi:pulumi:Stack::acme-dev", "type": "pulumi:pulumi:Stack", "outputs": {"a": "arn:aws:s3:::acme-out"}},
        {"urn": "u", "type": "aws:dynamodb/table:Table", "id": "acme-orders", "inputs": {"name": "acme-orders"}, "outputs": {"name": "acme-orders", "arn": "arn:aws:dynamodb:eu-central-1:471192830564:table/acme-orders"}},
        {"urn": "u", "type": "aws:eks/cluster:Cluster", "inputs": {"name": "acme-eks"}},
        {"urn": "u", "type": "aws:rds/cluster:Cluster", "outputs": {"clusterIdentifier": "acme-aurora", "masterPassword": {"ciphertext": "acme-secret-7"}}}]}}"#;
    let expected = [
        ACCOUNT,
        ("acme-aurora", "rds_cluster"),
        ("acme-eks", "eks_cluster"),
        ("acme-orders", "dynamodb_table"),
        ("acme-out", "s3_bucket"),
    ];
    check(text, Format::Pulumi, &expected);
}

#[test]
fn tables_and_lists() {
    for text in [
        "kind,value\ns3_bucket,acme-logs\naws_iam_role,acme-deployer\n,acme-thing\n",
        "Name;Type;Region\nacme-logs;AWS::S3::Bucket;eu-central-1\nacme-deployer;AWS::IAM::Role;\n\"acme-thing\";;\n",
        "name\ttype\r\nacme-logs\ts3:bucket\r\nacme-deployer\tiam:role\r\nacme-thing\t\r\n",
        "\u{feff}\n name , kind \nacme-logs,s3_bucket\nacme-deployer,iam_role\nacme-thing,unknown thing\n",
    ] {
        check(
            text,
            Format::Table,
            &[("acme-deployer", "iam_role"), ("acme-logs", "s3_bucket"), ("acme-thing", "resource")],
        );
    }
    check("arn\narn:aws:s3:::acme-logs\n", Format::Table, &[("acme-logs", "s3_bucket")]);
    for text in [
        "# our buckets\ns3_bucket acme-logs\naws_iam_role: acme-deployer\nacme-thing\n",
        "acme-logs,s3_bucket\nAWS::IAM::Role,acme-deployer\nacme-thing\n",
        "arn:aws:s3:::acme-logs\niam_role=acme-deployer\r\n\r\nacme-thing",
    ] {
        check(
            text,
            Format::List,
            &[("acme-deployer", "iam_role"), ("acme-logs", "s3_bucket"), ("acme-thing", "resource")],
        );
    }
    check(
        r#"["acme-thing", {"name": "acme-logs", "kind": "s3_bucket"}]"#,
        Format::List,
        &[("acme-logs", "s3_bucket"), ("acme-thing", "resource")],
    );
    check("", Format::List, &[]);
}

#[test]
fn several_documents_are_one_inventory() {
    let page = |name: &str| format!(r#"{{"ResourceTagMappingList": [{{"ResourceARN": "arn:aws:s3:::{name}"}}]}}"#);
    let text = format!("{}\n{}", page("acme-logs"), page("acme-data"));
    check(&text, Format::Tagging, &[("acme-data", "s3_bucket"), ("acme-logs", "s3_bucket")]);
}

#[test]
fn what_is_not_telling_is_left_out_and_the_user_decides() {
    let text = "db\ndefault\nAWSServiceRoleForRDS\ni-0123456789abcdef0\nvpc-0a1b2c3d4e5f60718\nacme-skip-1\n\
        payroll\nproduction\nacme-logs\n";
    let (_, collected) = collect(text, wishes(&["production"], &["acme-skip-1"]));
    let found: Vec<_> =
        collected.found().into_iter().map(|found| (found.name, found.in_context, found.forced)).collect();
    let expected = [("acme-logs", false, false), ("payroll", true, false), ("production", false, true)];
    assert_eq!(found, expected.map(|(name, in_context, forced)| (name.to_owned(), in_context, forced)));
    let left: Vec<_> = collected.left().map(|(left, count, examples)| (left, count, examples.to_vec())).collect();
    let expected = [
        (Left::Form, 2, vec!["i-0123456789abcdef0", "vpc-0a1b2c3d4e5f60718"]),
        (Left::Own, 2, vec!["default", "AWSServiceRoleForRDS"]),
        (Left::Unfit, 1, vec!["db"]),
        (Left::Skipped, 1, vec!["acme-skip-1"]),
    ];
    assert_eq!(
        left,
        expected.map(|(left, count, names)| (left, count, names.into_iter().map(str::to_owned).collect()))
    );
}

/// The names that are told with the id of what they name.
fn related(text: &str) -> Vec<(String, String)> {
    let (_, collected) = collect(text, Wishes::default());
    collected.found().into_iter().filter_map(|found| Some((found.name, found.of?))).collect()
}

fn check_related(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())).collect();
    assert_eq!(related(text), expected, "{text}");
}

#[test]
fn a_tag_is_told_with_the_id_of_its_only_resource() {
    let tagged = |resources: &[(&str, &str)]| {
        let resource = |(arn, name): &(&str, &str)| {
            format!(r#"{{"ResourceARN": "arn:aws:{arn}", "Tags": [{{"Key": "Name", "Value": "{name}"}}]}}"#)
        };
        let list: Vec<_> = resources.iter().map(resource).collect();
        format!(r#"{{"ResourceTagMappingList": [{}]}}"#, list.join(","))
    };
    let ec2 = "ec2:eu-central-1:471192830564";
    let web = format!("{ec2}:instance/i-0123456789abcdef0");
    let other = format!("{ec2}:instance/i-0fedcba9876543210");
    let volume = format!("{ec2}:volume/vol-0123456789abcdef0");
    let id = "i-0123456789abcdef0";
    for (resources, expected) in [
        (vec![(&*web, "acme-web")], vec![("acme-web", id)]),
        // Several pages, or inventories, list it again.
        (vec![(&*web, "acme-web"), (&*web, "acme-web")], vec![("acme-web", id)]),
        (vec![(&*volume, "acme-data")], vec![("acme-data", "vol-0123456789abcdef0")]),
        // Two have it, of one kind or of two.
        (vec![(&*web, "acme-asg"), (&*other, "acme-asg")], vec![]),
        (vec![(&*web, "acme-asg"), (&*volume, "acme-asg"), (&*web, "acme-asg")], vec![]),
        // It is what another one is called by.
        (vec![(&*web, "acme-logs"), ("s3:::acme-logs", "x")], vec![]),
        (vec![("s3:::acme-logs", "x"), (&*web, "acme-logs")], vec![]),
        // What has a name of its own has its code.
        (vec![("s3:::acme-logs", "acme-logs")], vec![]),
        (vec![("s3:::acme-logs", "logs of acme")], vec![("logs of acme", "acme-logs")]),
        (
            vec![(
                "elasticloadbalancing:eu-central-1:471192830564:loadbalancer/app/acme-lb/50dc6c495c0c9188",
                "front 7",
            )],
            vec![("front 7", "acme-lb")],
        ),
        (
            vec![("kms:eu-central-1:471192830564:key/8ff84582-673b-4e85-a3ff-3fbd28da7b16", "acme-key-1")],
            vec![("acme-key-1", "8ff84582-673b-4e85-a3ff-3fbd28da7b16")],
        ),
    ] {
        check_related(&tagged(&resources), &expected);
    }
    check_related(
        r#"{"version": 4, "resources": [{"type": "aws_instance", "instances": [
            {"attributes": {"arn": "arn:aws:ec2:eu-central-1:471192830564:instance/i-0123456789abcdef0", "tags": {"Name": "acme-web"}}}]},
            {"type": "aws_nat_gateway", "instances": [
            {"attributes": {"id": "nat-0123456789abcdef0", "tags": {"Name": "acme-nat"}, "tags_all": {"Name": "acme-nat"}}}]}]}"#,
        &[("acme-nat", "nat-0123456789abcdef0"), ("acme-web", id)],
    );
}

#[test]
fn what_is_no_inventory_says_so() {
    for (text, expected) in [
        ("{}", "none of the formats"),
        (r#"{"a": [1, 2]}"#, "none of the formats"),
        (
            r#"{"version": 4, "resources": [{"type": "aws_s3_bucket", "instances": [{"attributes": {"bucket": "acme-secret-7""#,
            "broken at line 1 column",
        ),
        (r#"{"ResourceTagMappingList": 7}"#, "broken at line 1 column"),
        ("{\"items\": [acme-secret-7", "broken at line 1 column"),
    ] {
        let error = read(text.as_bytes(), &mut Collected::new(Wishes::default()).unwrap()).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("acme"), "{error}");
    }
}

/// A state of fifty thousand resources, written as it is read, so that all of it is nowhere.
struct Generated {
    next: usize,
    count: usize,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.piece.len() {
            let n = self.next;
            self.next += 1;
            self.at = 0;
            self.piece = match n {
                0 => br#"{"version":4,"resources":[{"mode":"managed","type":"aws_s3_bucket","name":"b","instances":["#.to_vec(),
                _ if n <= self.count => format!(
                    "{}{{\"attributes\":{{\"arn\":\"arn:aws:s3:::acme-{n:06}-logs\",\"bucket\":\"acme-{n:06}-logs\",\"policy\":\"{}\",\"tags\":{{\"Name\":\"acme {n}\"}}}}}}",
                    if n > 1 { "," } else { "" },
                    "x".repeat(1_000)
                ).into_bytes(),
                _ if n == self.count + 1 => b"]}]}".to_vec(),
                _ => Vec::new(),
            };
        }
        let count = into.len().min(self.piece.len() - self.at);
        into[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_large_state_is_read_as_it_comes() {
    let mut collected = Collected::new(Wishes::default()).unwrap();
    let state = Generated { next: 0, count: 50_000, piece: Vec::new(), at: 0 };
    assert_eq!(read(state, &mut collected).unwrap(), Format::TerraformState);
    let names: HashSet<_> = collected.found().into_iter().map(|found| found.name).collect();
    assert_eq!((collected.resources(), names.len()), (50_000, 100_000));
}
