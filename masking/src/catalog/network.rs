//! Networks and the links between them.

use super::{Check, Class, Edge, KeyRule, ROW, Risk, Row, Rule, Tail};

const NET: Row = Row { risk: Risk::Topology, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "vpc",
        label: "VPC",
        rules: &[Rule::Id("vpc", Tail::Hex)],
        yes: &["‹vpc-1a2b3c4d›", "vpc_id=‹vpc-01234567890abcdef›", "\u{1b}[32m‹vpc-01234567890abcdef›\u{1b}[0m"],
        no: &["vpc-prod", "aws-vpc-module"],
        ..NET
    },
    Row {
        id: "subnet",
        label: "SUBNET",
        rules: &[Rule::Id("subnet", Tail::Hex)],
        yes: &["‹subnet-0e2907431c9988b72›", r"\033[1m‹subnet-12344321›\033[0m"],
        no: &["subnet-a", "subnet-calculator", "subnet-group-1"],
        ..NET
    },
    Row {
        id: "security_group",
        label: "SG",
        rules: &[Rule::Id("sgr|sg", Tail::Hex)],
        yes: &["‹sg-1234567890abcdef0›", "‹sg-12344321›", "‹sgr-cdef01234567890ab›", r"a\n‹sg-1234567890abcdef0›"],
        no: &["SG-1234", "msg-12345678", "sg-exporter-5f7c9d8b6f-x2v4z"],
        ..NET
    },
    Row {
        id: "network_interface",
        label: "ENI",
        rules: &[Rule::Id("eni-attach|ela-attach|eni-perm|eni", Tail::Hex)],
        yes: &["‹eni-686ea200›", "‹eni-attach-66c4350a›", "‹eni-perm-06fd19020ede149ea›"],
        no: &["eni-12345", "xeni-0a1b2c3d"],
        ..NET
    },
    Row {
        id: "elastic_ip",
        label: "EIP",
        rules: &[Rule::Id("eipalloc|eipassoc", Tail::Hex)],
        yes: &["‹eipalloc-abcdef01234567890›", "‹eipassoc-2bebb745›"],
        no: &["eipalloc-12345"],
        ..NET
    },
    Row {
        id: "gateway",
        label: "GATEWAY",
        rules: &[Rule::Id("eigw|cagw|dxgw|igw|nat|vgw|cgw|lgw", Tail::Hex)],
        yes: &["‹igw-0797cccdc9d73b0e5›", r"\n‹nat-04ae55e711cec5680›", "‹vgw-9a4cacf3›"],
        no: &["nat-64", "nat-traversal", "innat-12345678"],
        ..NET
    },
    Row {
        id: "route_table",
        label: "ROUTE_TABLE",
        rules: &[Rule::Id("lgw-vif-grp|rtbassoc|lgw-rtb|lgw-vif|rtb", Tail::Hex)],
        yes: &["‹rtb-22574640›", "‹rtbassoc-781d0d1a›", r"\n‹rtb-1a935d62934ff52a8›"],
        no: &["rtb-12345"],
        ..NET
    },
    Row {
        id: "network_acl",
        label: "NACL",
        rules: &[Rule::Id("aclassoc|acl", Tail::Hex)],
        yes: &["‹acl-5fb85d36›", "‹aclassoc-e5b95c8c›"],
        no: &["acl-based", "oracl-12345678"],
        ..NET
    },
    Row {
        id: "vpc_peering",
        label: "PEERING",
        rules: &[Rule::Id("pcx", Tail::Hex)],
        yes: &["‹pcx-b04deed9›", "‹pcx-383b2fb79b286f0db›"],
        no: &["pcx-12345"],
        ..NET
    },
    Row {
        id: "transit_gateway",
        label: "TGW",
        rules: &[Rule::Id("tgw-mcast-domain|tgw-connect-peer|tgw-rtb-ann|tgw-attach|tgw-rtb|tgw-ptb|tgw", Tail::Hex17)],
        yes: &["‹tgw-11223344aabbcc112›", "‹tgw-attach-4455667788aabbccd›", "‹tgw-rtb-0123456789abcd123›"],
        no: &["tgw-12345"],
        ..NET
    },
    Row {
        id: "vpn",
        label: "VPN",
        rules: &[Rule::Id("cvpn-connection|cvpn-endpoint|vpn-endpoint|cvpn-assoc|vpc-vpn|vpn", Tail::Hex)],
        yes: &["‹vpn-12345678901234567›", "‹cvpn-endpoint-123456789123abcde›"],
        no: &["vpn-client", "openvpn-12345678"],
        ..NET
    },
    Row {
        id: "vpc_endpoint",
        label: "VPCE",
        rules: &[Rule::Id("vpce-rsc-asc|vpce-svc|vpce-nfn|vpce", Tail::Hex)],
        yes: &["‹vpce-019b90d6f16d4f958›", "‹vpce-svc-03d5ebb7d9579a2b3›"],
        no: &["vpce-12345"],
        ..NET
    },
    Row {
        id: "dhcp_options",
        label: "DHCP",
        rules: &[Rule::Id("dopt", Tail::Hex)],
        yes: &["‹dopt-19edf471›"],
        no: &["dopt-12345"],
        ..NET
    },
    Row {
        id: "prefix_list",
        label: "PREFIX_LIST",
        rules: &[Rule::Id("pl", Tail::Hex17)],
        yes: &["‹pl-0123456abcabcabc1›"],
        // The short ones are AWS's own lists, the same for everybody: a customer's came with the long ids. (VPC user guide,
        // "AWS-managed prefix lists")
        no: &["pl-3", "PL-1234", "pl-63a5400a"],
        ..NET
    },
    Row {
        id: "flow_log",
        label: "FLOW_LOG",
        rules: &[Rule::Id("fl", Tail::Hex17)],
        yes: &["‹fl-1234567890abcdef0›"],
        no: &["fl-deadbe", "branch fl-12345678"],
        ..NET
    },
    Row {
        id: "ipam",
        label: "IPAM",
        rules: &[Rule::Id(
            "ipam-res-disco-assoc|ipam-ext-res-ver-tkn|ipam-pool-alloc|asn-association|ipam-res-disco|\
                        ipam-scope|ipam-pool|ipam",
            Tail::Hex17,
        )],
        yes: &["‹ipam-08440e7a3acde3908›", "‹ipam-scope-02fc38cd4c48e7d38›", "‹ipam-pool-0533048da7d823723›"],
        no: &["ipam-12345"],
        ..NET
    },
    Row {
        id: "traffic_mirror",
        label: "MIRROR",
        rules: &[Rule::Id("tmfr|tmf|tms|tmt", Tail::Hex17)],
        yes: &["‹tmf-04812ff784b25ae67›"],
        no: &["tmf-12345"],
        ..NET
    },
    Row {
        id: "verified_access",
        label: "VA",
        rules: &[Rule::Id("vagr|vatp|vai|vae", Tail::Hex17)],
        yes: &["‹vai-0ce000c0b7643abea›", "‹vagr-0dbe967baf14b7235›"],
        no: &["vai-12345"],
        ..NET
    },
    Row {
        id: "instance_connect_endpoint",
        label: "EICE",
        rules: &[Rule::Id("eice", Tail::Hex17)],
        yes: &["‹eice-03f5e49b83924bbc7›"],
        no: &["eice-12345"],
        ..NET
    },
    Row {
        id: "network_insights",
        label: "INSIGHTS",
        rules: &[Rule::Id("nisa|nip|nia|nis", Tail::Hex17)],
        yes: &["‹nip-0b26f224f1d131fa8›"],
        no: &["nip-12345"],
        ..NET
    },
    Row {
        id: "cidr_assoc",
        label: "CIDR_ASSOC",
        rules: &[Rule::Id("subnet-cidr-assoc|vpc-cidr-assoc|scr", Tail::Hex)],
        yes: &["‹vpc-cidr-assoc-eca54085›", "‹subnet-cidr-assoc-06c5f904499fcc623›"],
        no: &["vpc-cidr-assoc-12345"],
        ..NET
    },
    Row {
        id: "vpc_lattice",
        label: "LATTICE",
        rules: &[
            Rule::Id("svc|sn|tg|listener|rule|als|rcfg|rgw|snsa|snva|snra|rea|dv", Tail::ZeroHex17),
            Rule::Host(".vpc-lattice-", r"({name}\.[0-9a-f]{7})\.vpc-lattice-(?:svcs|rsc)\.{region}\.on\.aws"),
        ],
        yes: &["‹sn-0101abcd5432abcd0›", "‹my-svc-0285b53b2e0123456.1a2b3c4›.vpc-lattice-svcs.us-east-2.on.aws"],
        no: &["svc-12345678", "rule-1"],
        ..NET
    },
    Row {
        id: "direct_connect",
        label: "DX",
        rules: &[Rule::Id("dxcon|dxvif|dxlag|dxpeer", Tail::Run(Class::Lower, 8..=21, Check::Digit))],
        yes: &["‹dxcon-abcabc12›"],
        no: &["dxcon-name"],
        ..NET
    },
    Row {
        id: "network_manager",
        label: "NETWORK",
        rules: &[Rule::Id(
            "global-network|core-network|connect-peer|attachment|peering|device|site|link|context-store",
            Tail::ZeroHex17,
        )],
        yes: &["‹global-network-052bedddccb193b6b›", "‹core-network-0fab62fe438d94db6›"],
        no: &["device-1", "link-preview"],
        ..NET
    },
    Row {
        id: "route53_resolver",
        label: "RESOLVER",
        rules: &[Rule::Id(
            "rslvr-in|rslvr-out|rslvr-rr|rslvr-rrassoc|rslvr-frg|rslvr-frgassoc|rslvr-fdl|rslvr-qlc|\
                        rslvr-qlcassoc|rslvr",
            Tail::Hex17,
        )],
        yes: &["‹rslvr-in-b5d45e32bdc445f09›"],
        no: &["rslvr-in-1"],
        ..NET
    },
    Row {
        id: "outposts",
        label: "OUTPOST",
        rules: &[Rule::Id("ooi|op|oo|os", Tail::Hex17)],
        yes: &["‹op-021345abcdef67890›"],
        no: &["op-12345"],
        ..NET
    },
    Row {
        id: "elb_name",
        label: "ELB",
        rules: &[
            Rule::Host(
                ".elb.",
                r"((?:internal-|dualstack\.)?[A-Za-z0-9][A-Za-z0-9-]{0,60}-(?:[0-9]{6,11}|[0-9a-f]{16}))(?:\.{region}\.elb|\.elb\.{region})\.{aws}",
            ),
            // In access logs and metrics. (Elastic Load Balancing user guide, "Access log entries")
            Rule::Literal(
                "app/|net/|gwy/",
                "(?:app|net|gwy)/[A-Za-z0-9][A-Za-z0-9-]{0,31}/[0-9a-f]{16}",
                Edge::Compound,
                Check::Digit,
            ),
            // Behind the account. (WAF developer guide, "Log fields for web ACL traffic", `httpSourceId`)
            Rule::After(
                "-app/|-net/|-gwy/",
                "-((?:app|net|gwy)/[A-Za-z0-9][A-Za-z0-9-]{0,31}/[0-9a-f]{16})",
                Check::Digit,
            ),
            Rule::Arn(
                "elasticloadbalancing:loadbalancer|elasticloadbalancing:listener|\
                        elasticloadbalancing:listener-rule",
            ),
        ],
        asked: &[
            Rule::After(
                "create-load-balancer|describe-load-balancers|get-elb2loadbalancer|get-elbloadbalancer",
                r#"(?i:create-load-balancer|describe-load-balancers|get-elb2loadbalancer|get-elbloadbalancer){options}{--name}([A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9])"#,
                Check::Name,
            ),
            Rule::Resource(
                "lb|alb|elb|AWS::ElasticLoadBalancingV2::LoadBalancer",
                "([A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "load balancer name|load balancer|elb name|alb name|nlb name",
                value: "[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]",
                check: Check::Name,
            }),
        ],
        yes: &[
            "‹my-network-load-balancer-5d1b75f4f1cee11e›.elb.us-west-2.amazonaws.com",
            "http://‹internal-web-1881996775›.us-east-1.elb.amazonaws.com.",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/‹app/my-lb/50dc6c495c0c9188›",
            "h2 2026-05-19T22:23:00.186641Z ‹app/my-lb/50dc6c495c0c9188› 198.51.100.1:28",
            "\"httpSourceId\":\"123456789012-‹app/my-lb/50dc6c495c0c9188›\"",
        ],
        no: &["elasticloadbalancing.us-east-1.amazonaws.com"],
        ..NET
    },
    Row {
        id: "target_group",
        label: "TARGET_GROUP",
        rules: &[
            Rule::After("targetgroup/", "targetgroup/([A-Za-z0-9][A-Za-z0-9-]{0,31}/[0-9a-f]{16})", Check::None),
            Rule::Arn("elasticloadbalancing:targetgroup"),
        ],
        asked: &[
            Rule::After(
                "create-target-group|describe-target-groups|get-elb2targetgroup",
                r#"(?i:create-target-group|describe-target-groups|get-elb2targetgroup){options}{--name}([A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9])"#,
                Check::Name,
            ),
            Rule::Resource(
                "lb_target_group|alb_target_group|AWS::ElasticLoadBalancingV2::TargetGroup",
                "([A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9])",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "target group name|target group",
                value: "[A-Za-z0-9][A-Za-z0-9-]{1,30}[A-Za-z0-9]",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/‹web-tg/73e2d6bc24d8a067›"],
        no: &["targetgroup/web"],
        ..NET
    },
    Row {
        id: "vpce_dns",
        label: "VPCE_DNS",
        rules: &[Rule::Host(
            ".vpce.",
            r"(?:\*\.|{bucket}\.)??(vpce-(?:svc-)?[0-9a-f]{8,17}(?:-[a-z0-9]{6,10})?(?:-[a-z0-9-]{9,20})?)\.[a-z0-9.-]{2,60}\.vpce\.{aws}",
        )],
        yes: &["‹vpce-0f89a33420c1931d7-bluzidnv›.elasticloadbalancing.us-east-1.vpce.amazonaws.com"],
        no: &["vpce.amazonaws.com"],
        ..NET
    },
    Row {
        id: "global_accelerator",
        label: "ACCELERATOR",
        rules: &[Rule::Host("awsglobalaccelerator", r"([a-z0-9]{16,17})(?:\.dualstack)?\.awsglobalaccelerator\.com")],
        yes: &["‹a1234567890abcdef›.awsglobalaccelerator.com"],
        no: &["www.awsglobalaccelerator.com"],
        ..NET
    },
];
