//! Queues, topics, streams, brokers.

use super::{ROW, Risk, Row, Rule, Tail};

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
        yes: &["arn:aws:sns:us-east-1:123456789012:‹alerts-northwind›:c8b9"],
        no: &["topic alerts"],
        ..ROW
    },
    Row {
        id: "kinesis_stream",
        label: "STREAM",
        rules: &[Rule::Arn("kinesis:stream|firehose:deliverystream")],
        yes: &["arn:aws:kinesis:us-east-1:123456789012:stream/‹clicks-live›"],
        no: &["stream/clicks"],
        ..ROW
    },
    Row {
        id: "event_bus",
        label: "EVENTS",
        rules: &[Rule::Arn("events:event-bus|events:rule")],
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
        yes: &["arn:aws:states:us-east-1:123456789012:execution:‹orders-flow:run1›"],
        no: &["stateMachine/x"],
        ..ROW
    },
];
