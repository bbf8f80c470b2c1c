//! Queues, topics, streams, brokers.

use super::{Check, KeyRule, ROW, Risk, Row, Rule, Tail};

const HOST: Row = Row { risk: Risk::Topology, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "sqs_queue",
        label: "QUEUE",
        rules: &[
            // What stands glued to the account is masked with it, so that it does not hide the queue either.
            Rule::Host(
                "sqs",
                r"sqs(?:-fips)?\.{region}\.{aws}{/}{account}[0-9A-Za-z]{0,64}{/}([A-Za-z0-9_-]{1,80}(?:\.fifo)?)",
            ),
            Rule::Host(
                "queue",
                r"(?:{region}\.)?queue\.{aws}{/}{account}[0-9A-Za-z]{0,64}{/}([A-Za-z0-9_-]{1,80}(?:\.fifo)?)",
            ),
            Rule::Arn("sqs:"),
        ],
        asked: &[
            Rule::Resource("sqs_queue|AWS::SQS::Queue", "([A-Za-z0-9_][A-Za-z0-9_-]{2,79}(?:\\.fifo)?)", Check::Name),
            Rule::Key(KeyRule {
                names: "queue name|sqs queue|queue|queues|dead letter queue|dlq|dlq name|队列|큐|キュー|fila|cola|warteschlange|очередь|очереди|coda|kolejka|sqs 큐|sqs キュー|sqs 队列|sqs-warteschlange|antrian sqs|sqs-kön|sqs-kø|cola sqs|fila sqs|очередь sqs|очереди sqs|file sqs|kolejka sqs|hàng đợi sqs",
                value: "[A-Za-z0-9_][A-Za-z0-9_-]{2,79}(?:\\.fifo)?",
                check: Check::Name,
            }),
        ],
        yes: &[
            "https://sqs.us-east-1.amazonaws.com/123456789012/‹MyQueue›",
            "arn:aws:sqs:us-east-1:123456789012:‹jobs-1.fifo›",
        ],
        no: &["sqs.us-east-1.amazonaws.com"],
        ..ROW
    },
    Row {
        id: "sns_topic",
        label: "TOPIC",
        rules: &[Rule::Arn("sns:")],
        asked: &[
            Rule::After(
                "create-topic|new-snstopic",
                r#"(?i:create-topic|new-snstopic){options}{--name}([A-Za-z0-9_][A-Za-z0-9_-]{2,79})"#,
                Check::Name,
            ),
            Rule::Resource("sns_topic|AWS::SNS::Topic", "([A-Za-z0-9_][A-Za-z0-9_-]{2,79}(?:\\.fifo)?)", Check::Name),
            Rule::Key(KeyRule {
                names: "topic name|topic|topics|sns topic|sns topics|主题|토픽|トピック|tópico|sns 토픽|sns トピック|sns 主题|sns-topic|tema sns|tópico sns|тема sns|sujet sns|sujets sns|topik sns|топик sns|rubrique sns|chủ đề sns",
                value: "[A-Za-z0-9_][A-Za-z0-9_-]{2,79}(?:\\.fifo)?",
                check: Check::Name,
            }),
        ],
        yes: &[
            "arn:aws:sns:us-east-1:123456789012:‹alerts-northwind›:c8b9",
            // Properties escape colons, and a string of JSON that holds them escapes once more.
            r"topic=arn\:aws\:sns\:eu-central-1\:123456789012\:‹alerts-northwind›",
            r"topic=arn\\:aws\\:sns\\:eu-central-1\\:123456789012\\:‹alerts-northwind›",
        ],
        no: &["topic alerts"],
        ..ROW
    },
    Row {
        id: "kinesis_stream",
        label: "STREAM",
        rules: &[Rule::Arn("kinesis:stream|firehose:deliverystream")],
        asked: &[
            Rule::Resource(
                "kinesis_stream|kinesis_firehose_delivery_stream|AWS::Kinesis::Stream|AWS::KinesisFirehose::DeliveryStream",
                "([A-Za-z0-9_.][A-Za-z0-9_.-]{2,127})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "stream name|kinesis stream|kinesis|delivery stream|delivery stream name|firehose|firehose stream",
                value: "[A-Za-z0-9_.][A-Za-z0-9_.-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:kinesis:us-east-1:123456789012:stream/‹clicks-live›"],
        no: &["stream/clicks"],
        ..ROW
    },
    Row {
        id: "event_bus",
        label: "EVENTS",
        rules: &[Rule::Arn("events:event-bus|events:rule")],
        asked: &[
            Rule::After(
                "aws events ",
                r#"aws events [a-z-]{6,40}{options} --rule[ =]["']?([A-Za-z0-9_.][A-Za-z0-9_.-]{2,63})"#,
                Check::Name,
            ),
            Rule::After(
                "put-rule|describe-rule|delete-rule|enable-rule|disable-rule",
                r#"(?i:put-rule|describe-rule|delete-rule|enable-rule|disable-rule){options}{--name}([A-Za-z0-9_.][A-Za-z0-9_./-]{2,255})"#,
                Check::Name,
            ),
            Rule::Resource(
                "cloudwatch_event_bus|cloudwatch_event_rule|AWS::Events::EventBus|AWS::Events::Rule",
                "([A-Za-z0-9_./-]{3,256})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "event bus name|event bus|eventbridge rule|event rule|rule name|bus d'événements|règle eventbridge|regla de eventbridge|regla eventbridge|eventbridge-regel",
                value: "[A-Za-z0-9_./-]{3,256}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:events:us-east-1:123456789012:rule/‹nightly-run›"],
        no: &["rule/x"],
        ..ROW
    },
    Row {
        id: "mq_broker",
        label: "BROKER",
        rules: &[Rule::Id("b", Tail::Uuid), Rule::Host(".mq.", r"(b-{uuid}(?:-[1-5])?)\.mq\.{region}\.{aws}")],
        yes: &[
            "‹b-9bcfa592-423a-4942-879d-eb284b418fc8›",
            "‹b-9bcfa592-423a-4942-879d-eb284b418fc8-1›.mq.us-west-2.amazonaws.com",
        ],
        no: &["b-9bcfa592"],
        ..HOST
    },
    Row {
        id: "msk_endpoint",
        label: "KAFKA_HOST",
        rules: &[
            Rule::Host(".kafka-serverless", r"(boot-[a-z0-9]{8})\.c[0-9]{1,2}\.kafka-serverless\.{region}\.{aws}"),
            Rule::Host(
                ".kafka",
                r"((?:[bz]-[0-9]{1,3}(?:-public)?|boot-[a-z0-9]{8})\.{name}\.[a-z0-9]{6})\.c[0-9]{1,2}\.kafka(?:-serverless)?\.{region}\.{aws}",
            ),
        ],
        yes: &[
            "‹z-2.demo-cluster-1.xuy0sb›.c5.kafka.us-east-1.amazonaws.com:2181",
            "‹boot-abcd1234›.c1.kafka-serverless.us-east-1.amazonaws.com:9098",
        ],
        no: &["kafka.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "msk_cluster",
        label: "KAFKA",
        rules: &[Rule::Arn("kafka:cluster|kafka:topic|kafka:group")],
        asked: &[
            Rule::Resource(
                "msk_cluster|msk_serverless_cluster|AWS::MSK::Cluster",
                "([A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "msk cluster|msk cluster name|kafka cluster|kafka cluster name",
                value: "[A-Za-z0-9][A-Za-z0-9_-]{1,62}[A-Za-z0-9]",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:kafka:us-east-1:123456789012:cluster/‹demo-1/6357e0b2-0e6a-4b86-a0b4-70df934c2e31-5›"],
        no: &["cluster/x"],
        ..ROW
    },
    Row {
        id: "iot_endpoint",
        label: "IOT_HOST",
        rules: &[Rule::Host(
            ".iot.",
            r"([a-z0-9]{13,14}(?:-ats)?)\.(?:(?:credentials|jobs|greengrass|beta)\.)?iot\.{region}\.{aws}",
        )],
        yes: &["‹abc123defghijk-ats›.iot.us-west-2.amazonaws.com"],
        no: &["iot.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "appsync_host",
        label: "APPSYNC",
        rules: &[Rule::Host(
            "-api.",
            r"([a-z0-9]{26})\.(?:appsync-api|appsync-realtime-api|ddpg-api)\.{region}\.{aws}",
        )],
        yes: &["‹abcd1234efgh5678ijkl9012mn›.appsync-api.us-east-1.amazonaws.com"],
        no: &["appsync.us-east-1.amazonaws.com"],
        ..HOST
    },
    Row {
        id: "state_machine",
        label: "STATES",
        rules: &[Rule::Arn("states:stateMachine|states:execution|states:activity")],
        asked: &[
            Rule::After(
                "create-state-machine",
                r#"(?i:create-state-machine){options}{--name}([A-Za-z0-9_][A-Za-z0-9_-]{2,79})"#,
                Check::Name,
            ),
            Rule::Resource(
                "sfn_state_machine|AWS::StepFunctions::StateMachine",
                "([A-Za-z0-9_][A-Za-z0-9_-]{2,79}(?:\\.fifo)?)",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "state machine|state machine name",
                value: "[A-Za-z0-9_][A-Za-z0-9_-]{2,79}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:states:us-east-1:123456789012:execution:‹orders-flow:run1›"],
        no: &["stateMachine/x"],
        ..ROW
    },
];
