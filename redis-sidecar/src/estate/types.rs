//! The kinds of resources' types, however a tool spells a type: `aws_s3_bucket`, `AWS::S3::Bucket`, `aws:s3/bucket:Bucket`,
//! `s3:bucket`. All of them are the service and the resource, which is what an ARN has: so the catalogue's ARNs tell the
//! kind, and only those types are listed here that a tool calls otherwise than the ARN does.

use std::collections::HashMap;

use masking::{KindId, Known, Scanner, Text};

/// Types by the words of their name, and the kind or the ARN's service and resource.
const OTHERWISE: &[(&str, &str)] = &[
    ("alb", "elb_name"),
    ("api_gateway_rest_api", "api_gateway"),
    ("apigateway_rest_api", "api_gateway"),
    ("apigatewayv2_api", "api_gateway"),
    ("alb_target_group", "target_group"),
    ("ami", "ec2_ami"),
    ("cloudwatch_event_bus", "event_bus"),
    ("cloudwatch_event_rule", "event_bus"),
    ("cloudwatch_log_group", "log_group"),
    ("cloudformation_stack_set", "cfn_stack"),
    ("cloudformation_stack", "cfn_stack"),
    ("codecommit_repository", "ecr_repository"),
    ("db_cluster_snapshot", "rds_snapshot"),
    ("db_instance", "rds_instance"),
    ("db_snapshot", "rds_snapshot"),
    ("dynamodb_global_table", "dynamodb_table"),
    ("ebs_snapshot", "ebs_snapshot"),
    ("ec2_key_pair", "key_pair"),
    ("ec2_launch_template", "launch_template"),
    ("ec2_security_group", "security_group"),
    ("ec2_subnet", "subnet"),
    ("ec2_vpc", "vpc"),
    ("ec2_volume", "ebs_volume"),
    ("ecs_task_definition", "ecs_task"),
    ("eks_node_group", "eks_cluster"),
    ("eks_nodegroup", "eks_cluster"),
    ("elastic_beanstalk_application", "eb_environment"),
    ("elastic_beanstalk_environment", "eb_environment"),
    ("elasticbeanstalk_application", "eb_environment"),
    ("elasticbeanstalk_environment", "eb_environment"),
    ("elasticloadbalancing_load_balancer", "elb_name"),
    ("elasticloadbalancingv2_load_balancer", "elb_name"),
    ("elasticloadbalancingv2_target_group", "target_group"),
    ("elb", "elb_name"),
    ("events_event_bus", "event_bus"),
    ("events_rule", "event_bus"),
    ("iam_instance_profile", "iam_role"),
    ("iam_managed_policy", "iam_policy"),
    ("instance", "ec2_instance"),
    ("kinesis_firehose_delivery_stream", "kinesis_stream"),
    ("kinesisfirehose_delivery_stream", "kinesis_stream"),
    ("lambda_layer_version", "lambda_function"),
    ("lb", "elb_name"),
    ("lb_target_group", "target_group"),
    ("logs_log_group", "log_group"),
    ("rds_db_cluster", "rds_cluster"),
    ("rds_db_instance", "rds_instance"),
    ("rds_db_snapshot", "rds_snapshot"),
    ("rds_global_cluster", "rds_cluster"),
    ("redshiftserverless_namespace", "redshift_cluster"),
    ("route53_hosted_zone", "customer_host"),
    ("route53_record", "customer_host"),
    ("route53_record_set", "customer_host"),
    ("route53_zone", "customer_host"),
    ("secretsmanager_secret", "secret_name"),
    ("sfn_activity", "state_machine"),
    ("sfn_state_machine", "state_machine"),
    ("ssm_parameter", "secret_name"),
    ("stepfunctions_activity", "state_machine"),
    ("stepfunctions_state_machine", "state_machine"),
    ("volume", "ebs_volume"),
];

/// The kinds of types that were asked for.
#[derive(Debug)]
pub(super) struct Types {
    scanner: &'static Scanner,
    kinds: HashMap<String, Option<KindId>>,
}

impl Types {
    pub(super) fn new(scanner: &'static Scanner) -> Self {
        Self { scanner, kinds: HashMap::new() }
    }

    /// The kind of a type's resources; `None` if it is no type of AWS, or if the catalogue has no kind for it.
    pub(super) fn kind(&mut self, name: &str) -> Option<KindId> {
        if let Some(kind) = self.kinds.get(name) {
            return *kind;
        }
        let kind = self.look_up(name);
        self.kinds.insert(name.to_owned(), kind);
        kind
    }

    fn look_up(&self, name: &str) -> Option<KindId> {
        let words = words(name);
        let otherwise = OTHERWISE.iter().find(|(other, _)| *other == words);
        let own = || self.scanner.kind_id(&words);
        let (service, resource) = words.split_once('_').unwrap_or((&words, ""));
        let by_arn = || self.of_arn(&format!("{service}:{}", resource.replace('_', "-")));
        let without_type = || self.of_arn(service).filter(|_| ["sqs", "sns"].contains(&service));
        otherwise.and_then(|(_, kind)| self.scanner.kind_id(kind)).or_else(own).or_else(without_type).or_else(by_arn)
    }

    /// The kind of a resource in an ARN of this service and type.
    fn of_arn(&self, resource: &str) -> Option<KindId> {
        let (service, kind) = resource.split_once(':').map_or((resource, String::new()), |(s, r)| (s, format!("{r}/")));
        let arn = format!("arn:aws:{service}:us-east-1:471192830564:{kind}acme-name-7");
        let findings = self.scanner.scan(&[Text { text: &arn, key: None }], &Known::default());
        let found = findings.last().filter(|finding| finding.end == arn.len())?;
        Some(found.kind)
    }
}

/// The service and the resource of a type in words of lower case: `s3_bucket`.
fn words(name: &str) -> String {
    let name = name.trim();
    // Pulumi: `aws:s3/bucketV2:BucketV2`.
    let name = name.strip_prefix("aws:").map_or(name, |rest| rest.rsplit_once(':').map_or(rest, |(path, _)| path));
    // CloudFormation: `AWS::DynamoDB::Table`, whose service is one word.
    if let Some((service, resource)) = name.strip_prefix("AWS::").and_then(|rest| rest.split_once("::")) {
        return [service.to_ascii_lowercase(), words(resource)].join("_");
    }
    let name = name.strip_prefix("aws_").unwrap_or(name);
    let (mut words, mut before) = (String::new(), '_');
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts = letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase));
        if starts {
            words.push('_');
        }
        match letter {
            ':' | '/' | '-' | '.' | ' ' if before != '_' => words.push('_'),
            ':' | '/' | '-' | '.' | ' ' => {}
            letter => words.push(letter.to_ascii_lowercase()),
        }
        before = if matches!(letter, ':' | '/' | '-' | '.' | ' ') { '_' } else { letter };
    }
    words.trim_end_matches("_v2").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn a_type_is_one_however_it_is_spelt() {
        for (name, expected) in [
            ("aws_s3_bucket", "s3_bucket"),
            ("AWS::S3::Bucket", "s3_bucket"),
            ("aws:s3/bucketV2:BucketV2", "s3_bucket"),
            ("s3:bucket", "s3_bucket"),
            ("AWS::RDS::DBInstance", "rds_db_instance"),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancingv2_load_balancer"),
            ("AWS::ECS::TaskDefinition", "ecs_task_definition"),
            ("dynamodb:table", "dynamodb_table"),
            ("S3 Bucket", "s3_bucket"),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn the_catalogue_knows_the_kind() {
        let scanner = catalogue::scanner().unwrap();
        let mut types = Types::new(scanner);
        for (_, kind) in OTHERWISE {
            assert!(scanner.kind_id(kind).is_some(), "{kind}");
        }
        for (name, expected) in [
            ("aws_s3_bucket", "s3_bucket"),
            ("AWS::S3::Bucket", "s3_bucket"),
            ("aws_lambda_function", "lambda_function"),
            ("AWS::Lambda::Function", "lambda_function"),
            ("aws:lambda/function:Function", "lambda_function"),
            ("aws_eks_cluster", "eks_cluster"),
            ("aws_eks_node_group", "eks_cluster"),
            ("aws_ecs_service", "ecs_service"),
            ("aws_dynamodb_table", "dynamodb_table"),
            ("AWS::DynamoDB::Table", "dynamodb_table"),
            ("aws_iam_role", "iam_role"),
            ("AWS::IAM::Role", "iam_role"),
            ("AWS::IAM::ManagedPolicy", "iam_policy"),
            ("aws_sqs_queue", "sqs_queue"),
            ("AWS::SQS::Queue", "sqs_queue"),
            ("aws_sns_topic", "sns_topic"),
            ("AWS::SNS::Topic", "sns_topic"),
            ("aws_db_instance", "rds_instance"),
            ("AWS::RDS::DBInstance", "rds_instance"),
            ("AWS::RDS::DBCluster", "rds_cluster"),
            ("aws_cloudwatch_log_group", "log_group"),
            ("AWS::Logs::LogGroup", "log_group"),
            ("aws_secretsmanager_secret", "secret_name"),
            ("AWS::SecretsManager::Secret", "secret_name"),
            ("aws_kms_alias", "kms_alias"),
            ("aws_sfn_state_machine", "state_machine"),
            ("AWS::StepFunctions::StateMachine", "state_machine"),
            ("aws_lb", "elb_name"),
            ("AWS::ElasticLoadBalancingV2::LoadBalancer", "elb_name"),
            ("aws_lb_target_group", "target_group"),
            ("aws_instance", "ec2_instance"),
            ("AWS::EC2::Instance", "ec2_instance"),
            ("ec2:instance", "ec2_instance"),
            ("aws_security_group", "security_group"),
            ("AWS::EC2::SecurityGroup", "security_group"),
            ("aws_ecr_repository", "ecr_repository"),
            ("aws_kinesis_stream", "kinesis_stream"),
            ("aws_route53_zone", "customer_host"),
            ("AWS::Route53::HostedZone", "customer_host"),
            ("AWS::CloudFormation::Stack", "cfn_stack"),
            ("AWS::KinesisFirehose::DeliveryStream", "kinesis_stream"),
            ("AWS::ApiGateway::RestApi", "api_gateway"),
            ("aws_batch_job_queue", "resource"),
            ("eks_cluster", "eks_cluster"),
        ] {
            let kind = types.kind(name).map(|kind| scanner.kind(kind).id.to_string());
            assert_eq!(kind.as_deref(), Some(expected), "{name}");
        }
    }
}
