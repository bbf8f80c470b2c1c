//! What is AWS's own, and nobody's: whole names, so that a name of a customer which begins like one of them is masked.

use crate::scan::check::is_one_of;

/// Whether a hosted zone is one of AWS's services.
pub(crate) fn is_zone(value: &[u8]) -> bool {
    ZONES.split('|').any(|zone| zone.as_bytes() == value)
}

/// Whether a resource of an ARN has the name that AWS gave it.
pub(crate) fn is_resource(value: &[u8]) -> bool {
    let name = value.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let alias = value.strip_prefix(b"aws/").is_some_and(|service| is_one_of(KEY_SERVICES, service));
    alias || is_one_of(NAMES, value) || is_service_linked(name)
}

/// `AWSServiceRoleForAutoScaling`, whose name is the service's. What a user adds to it stands behind an underscore. (IAM
/// user guide, "Create a service-linked role")
fn is_service_linked(name: &[u8]) -> bool {
    name.strip_prefix(b"AWSServiceRoleFor").is_some_and(|service| service.iter().all(u8::is_ascii_alphanumeric))
}

/// Hosted zones of AWS's services, published in the general reference: constants, not somebody's. CloudFront and Global
/// Accelerator; Elastic Load Balancing in twelve regions; websites in S3 in sixteen; API Gateway in us-east-1; endpoints
/// of RDS in three; network load balancers in us-west-2.
const ZONES: &str = "\
    Z2FDTNDATAQYW2|Z2BJ6XQ5FK7U4H|Z35SXDOTRQ7X7K|Z26RNL4JYFTOTI|Z3AADJGX6KTTL2|Z368ELLRRE2KJ0|Z1H1FL5HABSF5|\
    Z14GRHDCWA56QT|ZWKZPGTI48KDX|Z1LMS91P8CMLE5|Z1GM3OXH4ZPM65|ZP97RAFLXTNZK|Z215JYRZR1TBD5|Z32O12XQLNTSW2|\
    Z3AQBSTGFYJSTF|Z2O1EMRO9K5GLX|Z2F56UZL2M1ACD|Z3BJ6K6RIION7M|Z11RGJOFQNVJUP|Z2M4EHUR26P7ZW|Z3W03O7B5YMIYP|\
    Z3O0J2DXBE1FTB|Z1WCIGYICN2BYD|Z1QDHH18159H29|Z21DNDUVLTQW6Q|Z1BKCTXD74EZPE|Z3GKZC51ZF0DB4|Z3R1K369G5AVDG|\
    Z3BAZG2TWCNX0D|Z7KQH4QJS55SO|Z1UJRXOUMOOFQ8|Z29XKXDKYMONMX|\
    Z2R2ITUGPM61AM|Z1PVIF0B656C1W|Z18D5FSROUN65G";

/// Services whose managed keys have the alias `aws/<service>`. (KMS developer guide, "AWS managed keys"; the guides of the
/// services)
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
