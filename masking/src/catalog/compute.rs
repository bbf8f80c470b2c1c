//! Instances, images, launch templates, clusters of machines.

use super::{Check, Class, KeyRule, ROW, Row, Rule, Tail};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "ec2_instance",
        label: "EC2",
        rules: &[Rule::Id("i", Tail::Hex)],
        yes: &[
            "‹i-1234567890abcdef0›",
            "‹i-061c63c5eb45f0416› and ‹i-10243410›",
            r"line\n‹i-1234567890abcdef0›\n",
            "web-‹i-1234567890abcdef0›",
            "‹I-1234567890ABCDEF0›",
        ],
        no: &[
            "wi-1a2b3c4d",
            "i-have",
            "i-deadbeef",
            "multi-12345678",
            "i-0123456789abcdef",
            "I-1234567890ABcdef0",
            "I-12345678",
            "i-1a2b3c4d.css",
            "i-1a2b3c4d-x",
        ],
        ..ROW
    },
    Row {
        id: "ssm_managed_instance",
        label: "SSM_NODE",
        rules: &[Rule::Id("mi", Tail::Hex17)],
        yes: &["‹mi-08ab247cdf1046573›"],
        no: &["semi-1a2b3c4d", "mi-1234"],
        ..ROW
    },
    Row {
        id: "ec2_ami",
        label: "AMI",
        rules: &[Rule::Id("ami|aki|ari", Tail::Hex)],
        yes: &["‹ami-0abcdef1234567890›", "‹ami-1a2b3c4d›"],
        no: &["ami-12345", "ami-0123456789abcdef", "ami-0123456789abcdef01"],
        ..ROW
    },
    Row {
        id: "ec2_reservation",
        label: "RESERVATION",
        // With 8 digits it is too short to be told from other things, but for its name.
        rules: &[
            Rule::Id("r", Tail::Hex17),
            Rule::Key(KeyRule { names: "reservation id", value: "r-[0-9a-f]{8}", check: Check::Digit }),
        ],
        yes: &["‹r-02a3f596d91211712›", "\"ReservationId\": \"‹r-cd92f463›\""],
        no: &["r-12345", "xr-0a1b2c3d", "r-0123456789abcdef", "r-1a2b3c4d"],
        ..ROW
    },
    Row {
        id: "spot_request",
        label: "SPOT",
        rules: &[Rule::Id("sir", Tail::Hex), Rule::Id("sfr|fleet", Tail::Uuid)],
        yes: &["‹sir-08b93456›", "‹sir-df34ff116ef6157c2›", "‹fleet-af2113fe-e43b-809f-4ae0-257cfd5af61b›"],
        no: &["sir-12345", "fleet-main"],
        ..ROW
    },
    Row {
        id: "launch_template",
        label: "LT",
        rules: &[Rule::Id("lt", Tail::Hex17)],
        asked: &[
            Rule::Resource("launch_template|AWS::EC2::LaunchTemplate", "([A-Za-z0-9()./_-]{3,128})", Check::Name),
            Rule::Key(KeyRule {
                names: "launch template name|launch template",
                value: "[A-Za-z0-9()./_-]{3,128}",
                check: Check::Name,
            }),
        ],
        yes: &["‹lt-0abcd290751193123›"],
        no: &["lt-8", "salt-1a2b3c4d", "pl-11 lt-0 fs-2"],
        ..ROW
    },
    Row {
        id: "ec2_host",
        label: "EC2_HOST",
        rules: &[Rule::Id("hro|hr|h", Tail::Hex17)],
        yes: &["‹h-013abcd2a00cbd123›", "‹hr-0d418a3a4ffc669ae›"],
        no: &["h-12", "ash-1a2b3c4d"],
        ..ROW
    },
    Row {
        id: "capacity_reservation",
        label: "CAPACITY",
        rules: &[Rule::Id("crf|cbr|cmr|cr", Tail::Hex17)],
        yes: &["‹cr-1234567890abcdef0›", "‹crf-abcdef01234567890›"],
        no: &["cr-12345"],
        ..ROW
    },
    Row {
        id: "key_pair",
        label: "KEY_PAIR",
        rules: &[Rule::Id("key", Tail::Hex17)],
        asked: &[
            Rule::Resource("key_pair|AWS::EC2::KeyPair", "([A-Za-z0-9._@+-]{3,128})", Check::Name),
            Rule::Key(KeyRule {
                names: "key name|key pair name|key pair|keypair|ssh key|ssh key name",
                value: "[A-Za-z0-9._@+-]{3,128}",
                check: Check::Name,
            }),
        ],
        yes: &["‹key-2431535e971cb45bc›"],
        no: &["key-value", "key-01", "api-key-0123456789abcdef0123"],
        ..ROW
    },
    Row {
        id: "placement_group",
        label: "PLACEMENT",
        rules: &[Rule::Id("pg", Tail::Hex17)],
        yes: &["‹pg-0d0aa5c0f4d5e1b2c›"],
        no: &["pg-12345"],
        ..ROW
    },
    Row {
        id: "ec2_task",
        label: "EC2_TASK",
        rules: &[Rule::Id(
            "instance-event|import-snap|import-ami|export-ami|replacevol|iip-assoc|import-i|export-i|\
                        agfi|bun|iew|afi|eit",
            Tail::Hex,
        )],
        yes: &["‹import-ami-1234567890abcdef0›", "‹bun-2a4e041c›", "‹iip-assoc-05020b59952902f5f›"],
        no: &["import-ami-12345"],
        ..ROW
    },
    Row {
        id: "emr_cluster",
        label: "EMR",
        rules: &[Rule::Id("j|s", Tail::Run(Class::Upper, 12..=13, Check::Mixed))],
        yes: &["‹j-WIA8U2Y5CPCQN›", "‹s-2D5E8F1A9B3C7›"],
        no: &["s-EXPRESSIONABC", "J-1", "j-query"],
        ..ROW
    },
];
