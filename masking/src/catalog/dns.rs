//! Zones, distributions, and hosts that say where machines are.

use super::{Check, Edge, KeyRule, ROW, Risk, Row, Rule, Tail};

/// A private address whose octets are joined by another sign than a point.
macro_rules! address {
    ($sign:literal) => {
        concat!(
            "(?:10",
            $sign,
            "[0-9]{1,3}|172",
            $sign,
            "(?:1[6-9]|2[0-9]|3[01])|192",
            $sign,
            "168)",
            $sign,
            "[0-9]{1,3}",
            $sign,
            "[0-9]{1,3}"
        )
    };
}

const HOST: Row = Row { risk: Risk::Topology, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "cloudfront_distribution",
        label: "CLOUDFRONT",
        rules: &[
            Rule::Key(KeyRule {
                names: "distribution|distribution id|http source id|cloudfront|cloudfront id|배포|배포 id|ディストリビューション|\
                        ディストリビューション id|分配|分配 id|distribución|cloudfront dağıtımı",
                value: "E[A-Z0-9]{12,13}",
                check: Check::Digit,
            }),
            Rule::After(
                "aws cloudfront ",
                "aws cloudfront [a-z0-9-]{3,60} (?:[^\n]{0,200}? )?--id[ =](E[A-Z0-9]{12,13})",
                Check::Digit,
            ),
            Rule::After(
                "distribution/|distributions/|distribution%2f",
                "(?i:distributions?)(?:/|%2F)(E[A-Z0-9]{12,13})",
                Check::Digit,
            ),
            Rule::Resource(
                "cloudfront_distribution|cloudfront_monitoring_subscription|AWS::CloudFront::Distribution",
                "(E[A-Z0-9]{12,13})",
                Check::Digit,
            ),
            // The name of a file of its log. (CloudFront developer guide, "Standard logging reference")
            Rule::After(
                "/cloudfront/",
                r"(?i:/cloudfront/)(E[A-Z0-9]{12,13})\.20[0-9]{2}-[0-9]{2}-[0-9]{2}-",
                Check::Digit,
            ),
            // The bill has the distribution behind the service, the usage, the operation and the zone. (Cost and Usage Report)
            Rule::After(
                "amazoncloudfront,|amazoncloudfront\",|amazoncloudfront\t|amazoncloudfront |amazon cloudfront",
                r#"(?:AmazonCloudFront|Amazon CloudFront)(?:["']{0,2} {0,20}[,\t|] {0,20}["']{0,2}[^,\t|\n]{0,60}){0,4}?["']{0,2} {0,20}[,\t|] {0,20}["']{0,2}(E[A-Z0-9]{12,13})(?:["', \t|\r\n]|$)"#,
                Check::Digit,
            ),
            Rule::Arn("cloudfront:distribution"),
        ],
        yes: &[
            "aws_cloudfront_distribution.cdn: Still destroying... [id=‹E1A2B3C4D5E6F7›, 10s elapsed]",
            "distribution/‹E1A2B3C4D5E6F7›",
            "AmazonCloudFront,EU-DataTransfer-Out-Bytes,GET,‹E1A2B3C4D5E6F7›,12.5\n",
            "--distribution-id ‹E1A2B3C4D5E6F7›",
            "AWSLogs/x/CloudFront/‹E1A2B3C4D5E6F7›.2025-05-19-22.6400e81a.gz",
        ],
        no: &["ETag: E2QWRUHAPOMQZL", "ENGINEEXPORTEDS"],
        ..ROW
    },
    Row {
        id: "cloudfront_id",
        label: "CLOUDFRONT_ID",
        rules: &[
            Rule::Key(KeyRule {
                names: "invalidationid|originaccesscontrolid|originaccessidentity|originaccessidentityid|keypairid|\
                        invalidation",
                value: "(?:origin-access-identity/cloudfront/)?([EIK][A-Z0-9]{12,25})",
                check: Check::Digit,
            }),
            Rule::Resource(
                "cloudfront_origin_access_control|cloudfront_origin_access_identity|cloudfront_public_key|\
                        AWS::CloudFront::OriginAccessControl|AWS::CloudFront::CloudFrontOriginAccessIdentity",
                "([EK][A-Z0-9]{12,25})",
                Check::Digit,
            ),
            Rule::After(
                "/invalidation/|access-control/|access-identity/|access identity e",
                "(?:/invalidation/|access-control/|[Aa]ccess[- ][Ii]dentity[/ ](?:cloudfront/)?)([EI][A-Z0-9]{12,25})",
                Check::Digit,
            ),
        ],
        yes: &[
            "distribution/E1A2B3C4D5E6F7/invalidation/‹I2J0I21PCUYOIK›",
            "\"OriginAccessControlId\": \"‹E327GJI25M56DG›\"",
            "user/CloudFront Origin Access Identity ‹E127EXAMPLE51Z›",
            "\"OriginAccessIdentity\": \"origin-access-identity/cloudfront/‹E127EXAMPLE51Z›\"",
            "?Expires=1&Key-Pair-Id=‹K2JCJMDEHXQW5F›",
        ],
        no: &["invalidation of EXPIRATIONPOLICY", "cache invalidation/IMPORTANTCHANGE"],
        ..ROW
    },
    Row {
        id: "cloudfront_domain",
        label: "CDN_HOST",
        rules: &[Rule::Host(".cloudfront.", r"([ds][a-z0-9]{12,13})\.cloudfront\.(?:net|cn)")],
        yes: &["https://‹d111111abcdef8›.cloudfront.net/x", "rtmp://‹s5c39gqb8ow64r›.cloudfront.net/cfx/st"],
        no: &["example.cloudfront.net", "Via: 1.1 a3650115c5e21e2b5d133ce84464bea3.cloudfront.net (CloudFront)"],
        ..HOST
    },
    Row {
        id: "route53_zone",
        label: "ZONE",
        rules: &[
            Rule::Key(KeyRule {
                names: "hosted zone|route53 zone|hosted zone id|hosted zone name id|zone id|zone id filter|호스팅 영역|호스팅 영역 id|호스팅 존|ホストゾーン|\
                        ホストゾーン id|托管区域|托管区域 id|zona alojada|gehostete zone|zona ospitata|zona hospedada|zone hébergée|зоны",
                value: "(?:/hostedzone/)?(Z[A-Z0-9]{6,31})",
                check: Check::Zone,
            }),
            Rule::Key(KeyRule {
                names: "zone|zones|private zone|public zone|dns zone|dns zones|route53 zone|zona|zona dns",
                value: "(Z[A-Z0-9]{12,31})",
                check: Check::Zone,
            }),
            // Those of late have a zero or a one, several digits and as many of all characters.
            Rule::Literal("z0|z1", "Z[01][0-9]{5,8}[A-Z0-9]{11,14}", Edge::Word, Check::Zone),
            Rule::After(
                "fromhostedzoneid(|from_hosted_zone_id(",
                r#"(?i:from_?hosted_?zone_?id)\([^"'()\n]{0,40}["'][^"'\n]{0,80}["']\s{0,20},\s{0,40}["'](Z[A-Z0-9]{6,31})["']"#,
                Check::Zone,
            ),
            Rule::After("zone found with id: ", "(?i:zone found with id:) (Z[A-Z0-9]{6,31})", Check::Zone),
            Rule::After("hostedzone/|hostedzone%2f", "(?i:hostedzone(?:/|%2F))(Z[A-Z0-9]{6,31})", Check::Zone),
            Rule::Resource(
                "route53_zone|route53_record|route53_zone_association|route53_vpc_association_authorization|\
                        route53_hosted_zone_dnssec|route53_key_signing_key|route53_query_log|\
                        AWS::Route53::HostedZone",
                "(Z[A-Z0-9]{6,31})",
                Check::Zone,
            ),
            // A console's address.
            Rule::After(
                "hostedzones",
                r"[Hh]ostedzones(?:[?][A-Za-z0-9=&-]{1,60})?#(?:[A-Za-z]{1,24}/){0,2}(Z[A-Z0-9]{6,31})",
                Check::Zone,
            ),
            // A list of records, which begin with their zone.
            Rule::Literal(
                "aws_route53_record",
                r#"aws_route53_record["']?:\s{1,80}- ["']?(Z[A-Z0-9]{6,31})_"#,
                Edge::Word,
                Check::Zone,
            ),
            Rule::Arn("route53:hostedzone"),
        ],
        yes: &[
            "aws_route53_record.www: Refreshing state... [id=‹Z05218443LQ9XKMW7ABC›_www.example.org_A]",
            "terraform import aws_route53_zone.z ‹Z05218443LQ9XKMW7ABC›",
            "/route53/v2/hostedzones#ListRecordSets/‹Z05218443LQ9XKMW7ABC›",
            "/hostedzone/‹Z1D633PJN98FT9›",
            "zone_id = \"‹Z0123456789ABCDEFGHIJ›\"",
            "import ‹Z05218443LQ9XKMW7ABC› and go on",
            "1. Zone `‹Z08915322QK3VTX0PLM7›`: the record of the bastion",
            "the zone ‹Z08915322QK3VTX0PLM7› has no record",
            "No hosted zone found with ID: ‹Z0712066WAK7OBXX79TQ›",
            "HostedZone.fromHostedZoneId(this, 'Zone', '‹Z0712066WAK7OBXX79TQ›')",
        ],
        no: &["zone_id = \"Z2FDTNDATAQYW2\"", "\"HostedZoneId\": \"Z35SXDOTRQ7X7K\"", "ZIPCODE", "zone Z21DNDUVLTQW6Q"],
        ..ROW
    },
    Row {
        id: "ec2_private_dns",
        label: "PRIVATE_DNS",
        rules: &[
            Rule::Id("ip|host|node|worker|master|pod|vm|srv", Tail::Address),
            Rule::Literal("ip_10_|ip_172_|ip_192_", concat!("ip_", address!("_")), Edge::Compound, Check::None),
            // A pod, and the name that is looked up for an address: its octets from the last to the first, or zones of
            // them.
            Rule::Host("pod.cluster.local", concat!("(", address!("-"), r")\.[a-z0-9-]{1,63}\.pod\.cluster\.local")),
            Rule::Host(
                "in-addr.arpa",
                r"((?:[0-9]{1,3}\.){1,3}10|(?:[0-9]{1,3}\.){0,2}168\.192|(?:[0-9]{1,3}\.){0,2}(?:1[6-9]|2[0-9]|3[01])\.172)\.in-addr\.arpa",
            ),
        ],
        yes: &[
            "‹ip-10-0-1-17›.ec2.internal",
            "Jul 1 ‹ip-10-0-0-1› sshd",
            "‹ip-172-31-4-5›.ap-northeast-2.compute.internal",
            "‹ip_10_0_3_17›: up",
            "at ‹node-10-0-3-17›",
            "kube-proxy-‹ip-10-0-3-17›.ec2.internal 1/1 Running",
            "‹10-244-3-17›.default.pod.cluster.local",
            "‹3.0.10›.in-addr.arpa. IN NS",
            "zone ‹31.172›.in-addr.arpa",
        ],
        no: &[
            "ip-address",
            "ip-1",
            "ip-8-8-8-8",
            "ip-10-0-1-999",
            "ip-10-0-1-17-x",
            "release-node-10-0-3-17",
            "ip_10_0_3",
            "10-0-3-17",
            "1.0.0.127.in-addr.arpa",
            "web.default.svc.cluster.local",
        ],
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
            Rule::Host("airflow", r"({uuid}(?:-vpce)?\.c[0-9]{1,2})\.{region}\.airflow\.{aws}"),
            Rule::Host("sagemaker", r"({name})\.(?:notebook|studio)\.{region}\.sagemaker\.aws"),
            Rule::Host("my.connect", r"({name})\.my\.connect\.aws"),
            Rule::Host("live-video", r"([a-z0-9]{10,16})\.(?:[a-z0-9-]{1,40}\.){1,2}live-video\.net"),
            // The alias of an account.
            Rule::Host("signin", r"([a-z][a-z0-9-]{2,62})\.signin\.aws\.amazon\.com"),
        ],
        yes: &[
            "‹g-949e7b44df›.grafana-workspace.us-east-1.amazonaws.com",
            "‹acme›.my.connect.aws",
            "https://‹a1b2c3d4e5f6›.us-west-2.playback.live-video.net/api/video/v1/x.m3u8",
            "rtmps://‹a1b2c3d4e5f6›.global-contribute.live-video.net:443/app/",
            "https://‹acme-corp›.signin.aws.amazon.com/console",
            "‹01a2b3c4-d5e6-f708-192a-3b4c5d6e7f80.c12›.eu-west-1.airflow.amazonaws.com",
        ],
        no: &[
            "mediaconvert.us-east-1.amazonaws.com",
            "ingest.live-video.net",
            "https://us-east-1.signin.aws.amazon.com/oauth",
        ],
        ..HOST
    },
];
