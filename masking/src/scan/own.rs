//! What is AWS's own, and nobody's: whole names, so that a name of a customer which begins like one of them is masked.

use std::sync::LazyLock;

use crate::scan::words::is_one_of;

/// Returns whether a hosted zone is one of AWS's services.
pub(crate) fn is_zone(value: &[u8]) -> bool {
    ZONES.split('|').any(|zone| zone.as_bytes() == value)
}

/// Returns whether a resource of an ARN has the name that AWS gave it.
pub(crate) fn is_resource(value: &[u8]) -> bool {
    let name = value.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let alias = value.strip_prefix(b"aws/").is_some_and(|service| is_one_of(KEY_SERVICES, service));
    alias || is_one_of(NAMES, value) || is_service_linked(name)
}

/// Returns whether what follows the host of S3 is not a bucket: the XML namespace of its answers is
/// `http://s3.amazonaws.com/doc/2006-03-01/`. (S3 API reference, "ListBuckets")
pub(crate) fn is_path(value: &[u8]) -> bool {
    value == b"doc"
}

/// `AWSServiceRoleForAutoScaling`, whose name is the service's. What a user adds to it stands after an underscore. (IAM
/// user guide, "Create a service-linked role")
fn is_service_linked(name: &[u8]) -> bool {
    name.strip_prefix(b"AWSServiceRoleFor").is_some_and(|service| service.iter().all(u8::is_ascii_alphanumeric))
}

/// Returns whether an account is one that AWS or the maker of an image shows to everybody.
pub(crate) fn is_account(value: &[u8]) -> bool {
    static OWN: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let lists = [IMAGES, LEARNING, LOGS, OWNERS];
        let mut all: Vec<u64> =
            lists.iter().flat_map(|list| list.split('|')).map(|own| number(own.as_bytes())).collect();
        all.sort_unstable();
        all
    });
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    digits == 12 && OWN.binary_search(&number(value)).is_ok()
}

/// The number of the digits in a value, without what stands between them.
fn number(value: &[u8]) -> u64 {
    let digits = value.iter().filter(|b| b.is_ascii_digit());
    digits.fold(0_u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

/// Registries of the images of EKS. (EKS user guide, "View Amazon container image registries for Amazon EKS add-ons")
const IMAGES: &str = "\
    602401143452|877085696533|800184023465|296578399912|491585149902|900889452093|918309763551|961992271922|\
    590381155156|455263428931|900612956339|066635153087|558608220178|759879836304|151742754352|013241004608|\
    761377655185";

/// Registries of the deep learning containers. (AWS Deep Learning Containers, "Available images")
const LEARNING: &str = "\
    763104351884|871362719292|217643126080|626614931356|692866216735|727897471807|442386744353|446045086412|\
    914824155844|907027046896|772153158452|457447274322|380420809688|503227376785|780543022126|204538143572";

/// Who writes the access logs of load balancers. (Elastic Load Balancing user guide, "Enable access logs for your
/// Application Load Balancer", by region)
const LOGS: &str = "\
    127311923021|033677994240|027434742980|797873946194|098369216593|754344448648|589379963580|718504428378|\
    383597477331|600734575887|114774131450|783225319266|582318560864|985666609251|054676820928|156460612806|\
    652711504416|635631232127|009996457667|897822967062|076674570225|507241528517|048591011584|190560391635|\
    638102146993|037604701340";

/// Owners of public images and layers: Amazon Linux, Windows, images for ECS (EC2 user guide, "Find an AMI"; ECS
/// developer guide, "Amazon ECS-optimized Linux AMIs"), Ubuntu (Canonical, "Find Ubuntu images on AWS"), Debian (Debian
/// wiki, "Amazon EC2 Image"), Red Hat (its article 15356), SUSE; layers of Lambda Insights (CloudWatch user guide),
/// Powertools and the distribution for OpenTelemetry.
const OWNERS: &str = "\
    137112412989|801119661308|591542846629|099720109477|136693071363|309956199498|013907871322|580247275435|\
    017000801446|901920570463";

/// Hosted zones of AWS's services: constants, not somebody's. (AWS general reference, "Elastic Load Balancing endpoints
/// and quotas", "Amazon S3 endpoints and quotas", "Amazon API Gateway endpoints and quotas"; Route 53 API reference,
/// "AliasTarget"; endpoints of RDS in three regions) CloudFront and Global Accelerator first, then websites in S3 and
/// RDS, then load balancers, then APIs.
const ZONES: &str = "\
    Z2FDTNDATAQYW2|Z2BJ6XQ5FK7U4H|\
    Z3AQBSTGFYJSTF|Z2O1EMRO9K5GLX|Z2F56UZL2M1ACD|Z3BJ6K6RIION7M|Z11RGJOFQNVJUP|Z2M4EHUR26P7ZW|Z3W03O7B5YMIYP|\
    Z3O0J2DXBE1FTB|Z1WCIGYICN2BYD|Z1QDHH18159H29|Z21DNDUVLTQW6Q|Z1BKCTXD74EZPE|Z3GKZC51ZF0DB4|Z3R1K369G5AVDG|\
    Z3BAZG2TWCNX0D|Z7KQH4QJS55SO|Z29XKXDKYMONMX|Z2R2ITUGPM61AM|Z1PVIF0B656C1W|\
    Z35SXDOTRQ7X7K|Z26RNL4JYFTOTI|Z3AADJGX6KTTL2|ZLMOA37VPKANP|Z368ELLRRE2KJ0|Z24FKFUX50B4VW|Z1H1FL5HABSF5|\
    Z18D5FSROUN65G|Z14GRHDCWA56QT|Z31USIVHYNEOWT|ZWKZPGTI48KDX|ZIBE1TIR4HY56|Z5LXEXXYW11ES|Z1GWIQ4HH19I5X|\
    ZP97RAFLXTNZK|ZVDDRBQ08TROA|Z1LMS91P8CMLE5|ZKVM4W9LS7TM|Z1GM3OXH4ZPM65|ZCT6FZBF4DROD|ZQSVJUPU6J1EY|\
    Z2EPGBW3API2WT|Z215JYRZR1TBD5|Z3F0SRJ5LGBH90|Z32O12XQLNTSW2|Z2IFOLAFXWLO4F|ZHURV8PSTC4K8|ZD4D7Y8KGAS4G|\
    Z3Q77PNBQS71R4|Z1CMS0P5QUZ6D5|Z23TAZ6LKFMNIO|Z1UDT6IFJ4EJM|Z2P70J7HTTTPLU|ZTK26PT1VY4CU|Z33AYJ8TM3BH4J|\
    ZMG1MZ2THAWF1|ZS929ML54UICD|Z3QSRYVP46NYYV|Z3DQVH9N71FHZ0|Z12Y7K3UBGUAD1|Z268VQBMOI5EKX|Z203XCE67M25HM|\
    Z3ULH7SSC9OV64|Z23146JA1KNAFP|Z1GDH35T77C1KE|Z3QFB96KMJ7ED6|\
    Z1UJRXOUMOOFQ8|ZOJJZC49E0EPZ|Z2MUQ32089INYE|Z2OJLYMUO9EFXC|Z1YSHQZHG15GKL|Z20JF4UZKIW1U8|Z3VO1THU9YC4UR|\
    ZL327KTPIQFUL|Z2RPCDW04V8134|Z19DQILCV0OWEC|Z1U9ULNL0V5AJ3|ZLY8HYME6SFDD|ZJ5UAJN8Y3Z2Q|Z3KY65QIEKYHQQ|\
    ZCMLWB8V5SYIT|Z2YB950C88HT6D";

/// Services whose managed keys have the alias `aws/<service>`. (KMS developer guide, "AWS managed keys"; the guides of
/// the services)
const KEY_SERVICES: &str = "\
    acm|backup|cloud9|codeartifact|codecommit|connect|dms|dynamodb|ebs|ecr|elasticfilesystem|es|fsx|glue|kafka|kinesis|\
    kinesisvideo|lambda|lex|lightsail|rds|redshift|s3|secretsmanager|ses|sns|sqs|ssm|workspaces|xray";

/// The role that Organizations makes in each account (its user guide, "Accessing member accounts"), providers of
/// identities that everybody names (IAM user guide, "Create an OpenID Connect provider"), and documents of the Systems
/// Manager that AWS owns (its document reference).
const NAMES: &str = "\
    OrganizationAccountAccessRole|AWSControlTowerExecution|token.actions.githubusercontent.com|accounts.google.com|\
    AWS-ApplyAnsiblePlaybooks|AWS-ApplyPatchBaseline|AWS-ConfigureAWSPackage|AWS-GatherSoftwareInventory|\
    AWS-JoinDirectoryServiceDomain|AWS-RefreshAssociation|AWS-RestartEC2Instance|AWS-RunAnsiblePlaybook|\
    AWS-RunDocument|AWS-RunPatchBaseline|AWS-RunPatchBaselineAssociation|AWS-RunPowerShellScript|AWS-RunRemoteScript|\
    AWS-RunShellScript|AWS-StartEC2Instance|AWS-StartInteractiveCommand|AWS-StartPortForwardingSession|\
    AWS-StartPortForwardingSessionToRemoteHost|AWS-StartSSHSession|AWS-StopEC2Instance|AWS-UpdateSSMAgent|\
    AmazonCloudWatch-ManageAgent|SSM-SessionManagerRunShell";
