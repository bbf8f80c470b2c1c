//! Names that people gave to resources: found where a word tells what they name, if the policy asks for them.

use masking::{Known, Policy, Scanner, Text};

/// Texts with the names between `‹` and `›`.
const TEXTS: &[&str] = &[
    // Options of commands, by their own name and by that of their command.
    "aws lambda invoke --function-name ‹merlin-price-feed› --payload '{}' out.json",
    "aws sqs create-queue --queue-name ‹gannet-jobs›",
    "/opt/ruff/sync --queue ‹ruff-sync-events› --interval 30s",
    "aws sns create-topic --name ‹gannet-alerts›",
    "aws events put-rule --schedule-expression 'rate(1 day)' --name ‹gannet-nightly›",
    "aws ssm get-parameter --with-decryption --name ‹/gannet/db/password-2›",
    "PS C:\\> Get-SSMParameterValue -Name ‹/lyra/iis/apppool› -WithDecryption $true",
    "PS C:\\> Get-ELB2LoadBalancer -Name ‹lyra-front› | select DNSName",
    "aws eks update-kubeconfig --region eu-west-1 --name ‹gannet-eks-2›",
    "aws logs tail ‹/gannet/api-prod› --since 2m",
    "aws iam create-role --role-name ‹gannet-deploy›",
    "aws sts assume-role --role-arn x --role-session-name ‹wiki-restore›",
    "aws dynamodb restore-table-from-backup --target-table-name ‹redpoll-carts-drill› \\",
    "aws ecs update-service --cluster ‹gannet-ecs› --service ‹gannet-api› --force-new-deployment",
    // Documents and code.
    "{\"EVENT_BUS_NAME\": \"‹pika-domain-events›\"}",
    "{:sqs {:queue-name \"‹koma-thumbnail-requests›\" :wait-seconds 20}}",
    "checkpoint { table_name: \"‹ibis-kcl-leases›\" billing_mode: PAY_PER_REQUEST }",
    "<constructor-arg name=\"queueName\" value=\"‹loriot-edi-inbound›\"/>",
    "resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"‹gannet-jobs-prod›\"\n}",
    "resource \"aws_cloudwatch_log_group\" \"x\" {\n  retention_in_days = 7\n  name = \"‹gannet/api›\"\n}",
    "terraform import aws_iam_role.etl ‹wagtail-etl›",
    "queues: [\n    \"‹siskin-ingest›\",\n    \"‹siskin-ingest-retry›\",\n]",
    "awslogs_group: ‹gannet-api-logs›",
    // What AWS puts in front of a name stays.
    "logGroupName=/aws/lambda/‹gannet-resize›",
    "aws logs tail /aws/lambda/‹gannet-resize› --follow",
    "log_group_name: ‹gannet/api›",
    "secret_name: ‹gannet/api/key›",
    "map[string]string{\"QueueName\":\"‹kestrel-transcode-lo›\", \"VisibilityTimeout\":\"30\"}",
    // Queries, tables and sentences.
    "FROM AwsLambdaInvocation WHERE aws.lambda.functionName IN ('‹quoin-checkout-tax›', '‹quoin-checkout-fx›')",
    "sum:aws.lambda.errors{functionname:‹quoin-checkout-tax›,env:prod}.as_count()",
    "||Env||Queue||\n|stage|‹avocet-scan-stage›|\n",
    "SNS topic `‹crossbill-sev1›` is full; the Lambda function `‹crossbill-sev1-router›` fails.",
    "Failed to create SQS queue ‹marmot-thumbnails›: An error occurred (AccessDenied)",
    "Hàng đợi SQS: ‹saola-dong-bo-khach›",
    "(2,'queue','default'),(3,'sqs_queue_name','‹almendro-pedidos-nuevos›'),",
    "la table DynamoDB ‹mistral-remb-etat› ne bouge plus",
    "队列 ‹yunfan-jiesuan-duilie› 里积压了 1.2 万条,函数 ‹yunfan-settle-prod› 已经暂停触发",
    "alguém apagou a fila ‹jacaranda-pedidos-criados› em produção?",
    "EVENTS_TOPIC: ‹quarry-prod-order-events›",
    "✔ billing: Service deployed to stack ‹billing-prod› (74s)",
    "\"SECRET_KEY_PARAM\": \"‹/ledgerly/prod/django_secret›\"",
    "dead_letter { sqs_queue_name: \"‹ibis-click-dlq›\" }",
];

/// Texts without one, although they have the words.
const NONE: &[&str] = &[
    "function name() { return 1 }",
    "the queue name is too long",
    "def table_name(self):\n    return self._meta.db_table",
    "const functionName = handler.name;",
    "--queue-name $QUEUE_NAME --function-name ${FUNCTION}",
    "QueueName: !Ref JobsQueue",
    "aws ssm get-parameter --region eu-west-1 | jq -r .Parameter.Value",
    "role_name = var.role_name",
    "We put it on a queue and a worker takes it from there.",
    "service_name: {{ .Values.name }}",
    // AWS's own.
    "aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    "parameter_name: /aws/service/eks/optimized-ami/1.31/amazon-linux-2023/recommended",
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
fn a_policy_that_asks_for_names_finds_them() {
    let scanner = Scanner::new(&Policy { names: true, ..Policy::default() }).unwrap();
    let plain = |text: &str| text.replace(['‹', '›'], "");
    let wrong: Vec<String> = TEXTS
        .iter()
        .chain(NONE)
        .map(|expected| (marked(&scanner, &plain(expected)), *expected))
        .filter(|(got, expected)| got != expected)
        .map(|(got, expected)| format!("expected {expected}\nfound    {got}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_other_policy_does() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let found: Vec<String> = TEXTS
        .iter()
        .map(|text| marked(&scanner, &text.replace(['‹', '›'], "")))
        .filter(|text| text.contains('‹'))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_kind_that_is_off_stays_off() {
    let disable = vec!["sqs_queue".to_owned()];
    let scanner = Scanner::new(&Policy { names: true, disable, ..Policy::default() }).unwrap();
    let text = "--queue-name gannet-jobs --function-name gannet-resize";
    assert_eq!(marked(&scanner, text), "--queue-name gannet-jobs --function-name ‹gannet-resize›");
}
