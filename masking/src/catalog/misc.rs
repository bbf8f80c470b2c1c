//! Everything else, and the catch-alls: they stand last, so that they win only where nothing else does.

use super::{Check, Class, KeyRule, ROW, Row, Rule, Tail, Tier};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "amp_workspace",
        label: "AMP",
        rules: &[Rule::Id("ws|s", Tail::Uuid)],
        yes: &["‹ws-d62d6e7b-d3bf-4dff-97f1-96c635bf83a8›"],
        no: &["ws-client"],
        ..ROW
    },
    Row {
        id: "guardduty_detector",
        label: "DETECTOR",
        rules: &[
            Rule::Key(KeyRule { names: "detector id|detector", value: "[0-9a-f]{32}", check: Check::None }),
            Rule::Resource("guardduty_detector|AWS::GuardDuty::Detector", "([0-9a-f]{32})", Check::None),
            Rule::Arn("guardduty:detector"),
        ],
        yes: &[r#""DetectorId": "‹12abc34d567e8fa901bc2d34e56789f0›""#],
        no: &["md5 12abc34d567e8fa901bc2d34e56789f0"],
        ..ROW
    },
    Row {
        id: "ssm_window",
        label: "SSM",
        rules: &[Rule::Id("mw|pb", Tail::Hex17), Rule::Id("oi", Tail::Run(Class::Hex, 12..=12, Check::Digit))],
        yes: &["‹mw-0ecb1226dd7b2e9a6›", "‹pb-0574b43a65ea646ed›"],
        no: &["oi-1"],
        ..ROW
    },
    Row {
        id: "datasync",
        label: "DATASYNC",
        rules: &[Rule::Id("agent|task|loc", Tail::Hex17)],
        yes: &["‹loc-abcdef01234567890›"],
        no: &["loc-12345"],
        ..ROW
    },
    Row {
        id: "cloudhsm",
        label: "HSM",
        rules: &[Rule::Id("cluster|hsm", Tail::Run(Class::Lower, 11..=11, Check::Digit))],
        yes: &["‹cluster-jxhlf7644ne›"],
        no: &["cluster-production", "cluster-1"],
        ..ROW
    },
    Row {
        id: "prefixed_hex32",
        label: "ID",
        tier: Tier::Optional,
        rules: &[Rule::Id(
            "farm|fleet|queue|job|worker|session|step|task|budget|le|sp|limit|monitor|m",
            Tail::Run(Class::Hex, 32..=32, Check::None),
        )],
        yes: &["‹farm-1234567890abcdef1234567890abcdef›"],
        no: &["app-1234567890abcdef1234567890abcdef"],
        ..ROW
    },
    Row {
        id: "log_group",
        label: "LOG_GROUP",
        rules: &[Rule::Arn("logs:log-group")],
        asked: &[
            Rule::After("logs tail ", r#"logs tail ["']?(?:/?{logs}/)?([A-Za-z0-9_./#-]{3,512})"#, Check::Name),
            Rule::After("/aws/|/ecs/", "/{logs}/([A-Za-z0-9_.#-]{3,200})", Check::Name),
            Rule::Resource("cloudwatch_log_group|AWS::Logs::LogGroup", "([A-Za-z0-9_./#-]{3,512})", Check::Name),
            Rule::Key(KeyRule {
                names: "log group name|log group|log groups|awslogs group|logs group|loggruppe|loggruppen|log-gruppe|groupe de journaux|grupo de registros|grupo de logs|gruppo di log|grup log|ロググループ|로그 그룹|日志组",
                value: "(?:/?{logs}/)?([A-Za-z0-9_./#-]{3,512})",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:logs:us-east-1:123456789012:log-group:‹acme-audit:log-stream:x›"],
        no: &["/aws/service/eks/optimized-ami"],
        ..ROW
    },
    Row {
        id: "other_id",
        label: "RESOURCE_ID",
        rules: &[Rule::AnyId],
        yes: &["‹zz-0abcdef1234567890›", "‹new-thing-0123456789abcdef0›"],
        no: &["build-0123456789abcdef", "chunk-0123456789abcdef01", "x-1123456789abcdef01"],
        ..ROW
    },
    Row {
        id: "resource",
        label: "RESOURCE",
        rules: &[Rule::ArnRest, Rule::Arn("route53:healthcheck|route53:change")],
        asked: &[
            // `aws mwaa get-environment --name x`
            Rule::After(
                "aws ",
                r#"aws [a-z0-9-]{2,30} [a-z0-9-]{4,60}(?: {options})? --name[ =]["']?([A-Za-z0-9_/.][A-Za-z0-9_/.-]{2,127})"#,
                Check::Name,
            ),
            Rule::After(
                "get-pipeline|start-pipeline-execution|create-trail|get-trail-status|start-logging",
                r#"(?i:get-pipeline|start-pipeline-execution|create-trail|get-trail-status|start-logging){options}{--name}([A-Za-z0-9_.][A-Za-z0-9_.-]{2,127})"#,
                Check::Name,
            ),
            Rule::Resource(
                "autoscaling_group|codebuild_project|codepipeline|cloudtrail|glue_job|elasticache_cluster|elasticache_replication_group|AWS::AutoScaling::AutoScalingGroup|AWS::CodeBuild::Project|AWS::CodePipeline::Pipeline|AWS::CloudTrail::Trail|AWS::ElastiCache::ReplicationGroup",
                "([A-Za-z0-9_.][A-Za-z0-9_.-]{2,127})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "auto scaling group name|auto scaling group|autoscaling group name|asg name|asg|project name|pipeline name|trail name|cache cluster id|replication group id|elasticache cluster|elasticache replication group|glue job|job queue|notebook instance name|alarm name|subnet group name|db subnet group|db proxy|db proxy name|parameter group name|option group name|crawler name|glue job name|glue connection|workgroup|work group|athena workgroup|compute environment|budget name|backup vault|backup vault name|rest api name|web acl name",
                value: "[A-Za-z0-9_.][A-Za-z0-9_.-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &[
            "arn:aws:route53:::healthcheck/‹0a8a7320-a441-4b04-b641-c8001e8d5f17›",
            "arn:aws:dms:us-east-1:123456789012:rep:‹qa-profile-dms›",
            "arn:aws:xyz:us-east-1:123456789012:thing/‹one-1/two-2›",
            "arn:aws:execute-api:us-east-1:123456789012:/domainnames/‹api.acme.example+a1b2c3d4›",
        ],
        no: &["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3", "arn:aws:logs:*:*:*"],
        ..ROW
    },
];
