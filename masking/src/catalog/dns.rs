//! Zones, distributions, and hosts that say where machines are.

use super::{Check, KeyRule, ROW, Risk, Row, Rule, Tail};

const HOST: Row = Row { risk: Risk::Topology, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "cloudfront_distribution",
        label: "CLOUDFRONT",
        rules: &[
            Rule::Key(KeyRule {
                names: "distribution|distribution id|cloudfront|cloudfront id|배포|배포 id|ディストリビューション|\
                        ディストリビューション id|分配|分配 id|distribución",
                value: "E[A-Z0-9]{12,13}",
                check: Check::Digit,
            }),
            Rule::After(
                "distribution/|distributions/|distribution%2f",
                "(?i:distributions?)(?:/|%2F)(E[A-Z0-9]{12,13})",
                Check::Digit,
            ),
            Rule::Arn("cloudfront:distribution"),
        ],
        yes: &["distribution/‹E1A2B3C4D5E6F7›", "--distribution-id ‹E1A2B3C4D5E6F7›"],
        no: &["ETag: E2QWRUHAPOMQZL", "ENGINEEXPORTEDS"],
        ..ROW
    },
    Row {
        id: "cloudfront_domain",
        label: "CDN_HOST",
        rules: &[Rule::Host(".cloudfront.", r"(d[a-z0-9]{12,13})\.cloudfront\.(?:net|cn)")],
        yes: &["https://‹d111111abcdef8›.cloudfront.net/x"],
        no: &["example.cloudfront.net"],
        ..HOST
    },
    Row {
        id: "route53_zone",
        label: "ZONE",
        rules: &[
            Rule::Key(KeyRule {
                names: "hosted zone|hosted zone id|hosted zone name id|zone id|호스팅 영역|호스팅 영역 id|호스팅 존|ホストゾーン|\
                        ホストゾーン id|托管区域|托管区域 id|zona alojada|gehostete zone",
                value: "(?:/hostedzone/)?(Z[A-Z0-9]{6,31})",
                check: Check::Zone,
            }),
            Rule::After("hostedzone/|hostedzone%2f", "(?i:hostedzone(?:/|%2F))(Z[A-Z0-9]{6,31})", Check::Zone),
            Rule::Arn("route53:hostedzone"),
        ],
        yes: &["/hostedzone/‹Z1D633PJN98FT9›", "zone_id = \"‹Z0123456789ABCDEFGHIJ›\""],
        no: &["zone_id = \"Z2FDTNDATAQYW2\"", "\"HostedZoneId\": \"Z35SXDOTRQ7X7K\"", "ZIPCODE"],
        ..ROW
    },
    Row {
        id: "ec2_private_dns",
        label: "PRIVATE_DNS",
        rules: &[Rule::Id("ip", Tail::Address)],
        yes: &[
            "‹ip-10-0-1-17›.ec2.internal",
            "Jul 1 ‹ip-10-0-0-1› sshd",
            "‹ip-172-31-4-5›.ap-northeast-2.compute.internal",
        ],
        no: &["ip-address", "ip-1", "ip-8-8-8-8", "ip-10-0-1-999"],
        ..HOST
    },
    Row {
        id: "ec2_public_dns",
        label: "PUBLIC_DNS",
        rules: &[Rule::Id("ec2", Tail::PublicAddress)],
        yes: &[
            "‹ec2-3-36-12-9›.ap-northeast-2.compute.amazonaws.com",
            "ssh ‹ec2-54-180-12-34›.compute-1.amazonaws.com",
        ],
        no: &["ec2.us-east-1.amazonaws.com", "ec2-203-0-113-12.compute-1.amazonaws.com", "ec2-10-0-1-2", "ec2-1-2"],
        ..HOST
    },
    Row {
        id: "customer_host",
        label: "HOST",
        rules: &[
            Rule::Host(
                "",
                r"({name}(?:\.{name})?)\.(?:mediaconvert|mediapackage|mediatailor|data\.mediastore|emrstudio-prod|grafana-workspace|cloudsearch|server\.transfer|d\.codeartifact|deviceadvisor\.iot|airflow|kinesisvideo|ec2-instance-connect-endpoint|prod\.clientvpn|prod\.verified-access)\.{region}\.{aws}",
            ),
            Rule::Host("sagemaker", r"({name})\.(?:notebook|studio)\.{region}\.sagemaker\.aws"),
            Rule::Host("my.connect", r"({name})\.my\.connect\.aws"),
        ],
        yes: &["‹g-949e7b44df›.grafana-workspace.us-east-1.amazonaws.com", "‹acme›.my.connect.aws"],
        no: &["mediaconvert.us-east-1.amazonaws.com"],
        ..HOST
    },
];
