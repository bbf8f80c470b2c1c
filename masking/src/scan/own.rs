//! What is AWS's own, and nobody's: whole names, so that a name of a customer which begins like one of them is masked.

use std::sync::OnceLock;

use crate::catalog;
use crate::scan::look::has_digit;
use crate::scan::words::{Words, words};

static AREAS: Words = words!(catalog::AREAS);

/// Returns whether a hosted zone is one of AWS's services.
pub(crate) fn is_zone(value: &[u8]) -> bool {
    ZONES.has(value)
}

/// `us-east-1`, also with the letter of a zone: what stands next to names, and is none.
pub(crate) fn is_region(value: &[u8]) -> bool {
    let zone = value.last().is_some_and(u8::is_ascii_lowercase) as usize;
    let region = value.get(..value.len() - zone).unwrap_or_default();
    let mut parts = region.split(|b| *b == b'-');
    let area = parts.next().unwrap_or_default();
    let last = region.rsplit(|b| *b == b'-').next().unwrap_or_default();
    last.len() == 1
        && has_digit(last)
        && (3..=5).contains(&(parts.count() + 1))
        && (AREAS.has(area) || area == b"global")
}

/// Returns whether a resource of an ARN has the name that AWS gave it.
pub(crate) fn is_resource(value: &[u8]) -> bool {
    let name = value.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let alias = value.strip_prefix(b"aws/").is_some_and(|service| KEY_SERVICES.has(service));
    // Public parameters: nobody else's begins so. (Systems Manager user guide, "Discovering public parameters")
    let parameter = value.strip_prefix(b"aws/service").is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    // `alias/aws` is the beginning of all aliases of AWS's own.
    alias || parameter || value == b"aws" || NAMES.has(value) || is_service_linked(name) || is_model(value)
}

/// Returns whether a name is one that AWS, Kubernetes or Terraform gives to something in every account, cluster or state,
/// or that AWS keeps to itself: names that begin with `aws/` or `AWSReservedSSO_` cannot be chosen.
pub(crate) fn is_everybodys(name: &str) -> bool {
    let reserved =
        ["aws/", "/aws/", "alias/aws/", "AWSReservedSSO_", "aws-reserved/", "aws-service-role/", "cdk-hnb659fds-"];
    let set = ["default.", "default-vpc-", "default:"];
    EVERYBODYS.has(name.as_bytes())
        || is_service_linked(name.as_bytes())
        || reserved.iter().chain(&set).any(|prefix| name.starts_with(prefix))
}

/// (VPC, RDS, ElastiCache, Athena, Glue, Backup, EventBridge user guides: the resources that exist from the beginning;
/// Kubernetes documentation, "Initial namespaces" and the objects of `kube-system` on EKS; CDK's toolkit stack)
static EVERYBODYS: Words = words!(
    "\
    default|Default|primary|Default_CloudFormation|CDKToolkit|kube-system|kube-public|kube-node-lease|kubernetes|\
    kube-dns|kube-proxy|aws-node|coredns|aws-auth|kube-root-ca.crt|amazon-vpc-cni|eks-pod-identity-agent|metrics-server|\
    root|terraform|tfstate"
);

/// `us.anthropic.claude-3-haiku-20240307-v1:0`: a model of a provider in the regions of an area. (Bedrock user guide,
/// "Supported Regions and models for inference profiles")
fn is_model(value: &[u8]) -> bool {
    let mut words = value.split(|b| *b == b'.');
    let area = words.next().is_some_and(|area| MODEL_AREAS.has(area));
    area && words.next().is_some_and(|provider| PROVIDERS.has(provider)) && words.next().is_some()
}

static MODEL_AREAS: Words = words!("us|eu|apac|jp|au|ca|global|us-gov");
static PROVIDERS: Words = words!(
    "\
    amazon|anthropic|meta|mistral|cohere|deepseek|stability|ai21|twelvelabs|writer|qwen|openai|luma"
);

/// Returns whether what follows the host of S3 is not a bucket: the XML namespace of its answers is
/// `http://s3.amazonaws.com/doc/2006-03-01/`. (S3 API reference, "ListBuckets")
pub(crate) fn is_path(value: &[u8]) -> bool {
    value == b"doc"
}

/// Returns whether a host name is a principal of S3's rather than a bucket's. (S3 user guide, "Enabling Amazon S3 server
/// access logging", "Granting permissions for Batch Operations", "S3 Access Grants and IAM", "Storage Lens")
pub(crate) fn is_principal(host: &[u8]) -> bool {
    static FEATURES: Words = words!("logging|batchoperations|access-grants|storage-lens|s3express|directory");
    host.strip_suffix(b".s3.amazonaws.com").is_some_and(|feature| FEATURES.has(feature))
}

/// Returns whether a bucket is one from which AWS gives something to everybody: its whole name, or that with a region.
pub(crate) fn is_bucket(value: &[u8]) -> bool {
    // A region has three words, or four.
    let hyphens = || value.iter().enumerate().filter(|(_, b)| **b == b'-').map(|(at, _)| at).collect::<Vec<_>>();
    let regional = || {
        hyphens().iter().rev().take(4).any(|at| {
            let (name, region) = value.split_at(*at);
            is_region(region.get(1..).unwrap_or_default()) && REGIONAL.has(name)
        })
    };
    let of_emr = || {
        let region = value.strip_suffix(b".samples").unwrap_or(value).strip_suffix(b".elasticmapreduce");
        region.is_some_and(is_region)
    };
    BUCKETS.has(value) || REGIONAL.has(value) || regional() || of_emr()
}

/// (EMR management guide, sample scripts; ECS and EKS user guides, downloads of the agent and of kubectl)
static BUCKETS: Words =
    words!("elasticmapreduce|amazon-eks|ec2-linux-nvidia-drivers|ec2-windows-nvidia-drivers|aws-quickstart");

/// Buckets that each region has. (CloudFormation user guide, sample templates and helper scripts; CloudWatch user guide,
/// "Download the CloudWatch agent"; Systems Manager user guide, "SSM Agent communications with AWS managed S3 buckets";
/// CodeDeploy user guide, "Resource kit bucket names"; SageMaker developer guide, JumpStart's cache)
static REGIONAL: Words = words!(
    "\
    cloudformation-examples|cloudformation-templates|amazoncloudwatch-agent|amazon-ssm|amazon-ssm-packages|\
    aws-windows-downloads|aws-ssm|aws-ssm-distributor-file|aws-ssm-document-attachments|patch-baseline-snapshot|\
    aws-patchmanager-macos|aws-codedeploy|amazon-ecs-agent|jumpstart-cache-prod"
);

/// `AWSServiceRoleForAutoScaling`, whose name is the service's. What a user adds to it stands after an underscore. (IAM
/// user guide, "Create a service-linked role")
fn is_service_linked(name: &[u8]) -> bool {
    name.strip_prefix(b"AWSServiceRoleFor").is_some_and(|service| service.iter().all(u8::is_ascii_alphanumeric))
}

/// Returns whether an account is one that AWS or the maker of an image shows to everybody.
pub(crate) fn is_account(value: &[u8]) -> bool {
    static ACCOUNTS: OnceLock<Vec<u64>> = OnceLock::new();
    let sorted = || {
        let lists = [IMAGES, LEARNING, ALGORITHMS, LOGS, OWNERS].into_iter().flat_map(|list| list.split('|'));
        let mut accounts: Vec<u64> = lists.filter_map(|account| number(account.as_bytes())).collect();
        accounts.sort_unstable();
        accounts
    };
    number(value).is_some_and(|account| ACCOUNTS.get_or_init(sorted).binary_search(&account).is_ok())
}

/// The number of an account, with or without hyphens.
fn number(account: &[u8]) -> Option<u64> {
    let digits = account.iter().filter(|b| b.is_ascii_digit());
    digits.clone().count().eq(&12).then(|| digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// Registries of the images of EKS, by region. (EKS user guide, "View Amazon container image registries for Amazon EKS
/// add-ons": docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html)
const IMAGES: &str = "\
    602401143452|877085696533|800184023465|296578399912|491585149902|900889452093|918309763551|961992271922|\
    590381155156|455263428931|900612956339|066635153087|558608220178|759879836304|151742754352|013241004608|\
    761377655185|533267051163|151610086707|333609536671|121268973566|730335286997";

/// Registries of the deep learning containers, by region. (github.com/aws/deep-learning-containers,
/// available_images.md; the SageMaker SDK has the same accounts in its image URIs)
const LEARNING: &str = "\
    763104351884|871362719292|217643126080|626614931356|692866216735|727897471807|442386744353|446045086412|\
    914824155844|907027046896|772153158452|457447274322|380420809688|503227376785|780543022126|204538143572|\
    364406365360";

/// Registries of SageMaker's algorithms and of its images for scikit-learn, XGBoost and Spark ML, by region. (SageMaker
/// developer guide, "Docker registry paths and example code"; the SageMaker SDK's image URIs)
const ALGORITHMS: &str = "\
    683313688378|257758044811|746614075791|246618743249|141502667606|764974769150|659782779980|492215442770|\
    662702820516|354813040037|366743142698|121021644041|783357654285|720646828776|341280168497|414596584902|\
    450853457545|451049120500";

/// Who writes the access logs of load balancers, by region. (Elastic Load Balancing user guide, "Enable access logs for
/// your Application Load Balancer"; the CDK has the same accounts as `ELBV2_ACCOUNTS` of its region-info package)
const LOGS: &str = "\
    127311923021|033677994240|027434742980|797873946194|098369216593|754344448648|589379963580|718504428378|\
    383597477331|600734575887|114774131450|783225319266|582318560864|985666609251|054676820928|156460612806|\
    652711504416|635631232127|009996457667|897822967062|076674570225|507241528517|048591011584|190560391635|\
    638102146993|037604701340|770363063475|740734521339|121062877647";

/// Owners of public images and layers: Amazon Linux, Windows, images for ECS (EC2 user guide, "Find an AMI"; ECS
/// developer guide, "Amazon ECS-optimized Linux AMIs"), Ubuntu (Canonical, "Find Ubuntu images on AWS"), Debian (Debian
/// wiki, "Amazon EC2 Image"), Red Hat (its article 15356), SUSE; layers of Lambda Insights (CloudWatch user guide),
/// Powertools and the distribution for OpenTelemetry.
const OWNERS: &str = "\
    137112412989|801119661308|591542846629|099720109477|136693071363|309956199498|013907871322|580247275435|\
    017000801446|901920570463";

/// Hosted zones of AWS's services: constants, not somebody's. (AWS general reference, "Elastic Load Balancing endpoints
/// and quotas", "Amazon S3 endpoints and quotas", "Amazon API Gateway endpoints and quotas"; Route 53 API reference,
/// "AliasTarget"; the tables of external-dns and of Terraform's AWS provider, which are made of them; for RDS, what
/// `describe-db-instances` answers in one region, whoever asks) CloudFront and Global Accelerator first, then websites in S3 and
/// RDS, then load balancers, then APIs.
static ZONES: Words = words!(
    "\
    Z2FDTNDATAQYW2|Z2BJ6XQ5FK7U4H|\
    Z3AQBSTGFYJSTF|Z2O1EMRO9K5GLX|Z2F56UZL2M1ACD|Z3BJ6K6RIION7M|Z11RGJOFQNVJUP|Z2M4EHUR26P7ZW|Z3W03O7B5YMIYP|\
    Z3O0J2DXBE1FTB|Z1WCIGYICN2BYD|Z1QDHH18159H29|Z21DNDUVLTQW6Q|Z1BKCTXD74EZPE|Z3GKZC51ZF0DB4|Z3R1K369G5AVDG|\
    Z3BAZG2TWCNX0D|Z7KQH4QJS55SO|Z29XKXDKYMONMX|Z2R2ITUGPM61AM|Z1PVIF0B656C1W|Z2XHWR1WZ565X2|ZMESEXB7ZGGQ3|\
    Z35SXDOTRQ7X7K|Z26RNL4JYFTOTI|Z3AADJGX6KTTL2|ZLMOA37VPKANP|Z368ELLRRE2KJ0|Z24FKFUX50B4VW|Z1H1FL5HABSF5|\
    Z18D5FSROUN65G|Z14GRHDCWA56QT|Z31USIVHYNEOWT|ZWKZPGTI48KDX|ZIBE1TIR4HY56|Z5LXEXXYW11ES|Z1GWIQ4HH19I5X|\
    ZP97RAFLXTNZK|ZVDDRBQ08TROA|Z1LMS91P8CMLE5|ZKVM4W9LS7TM|Z1GM3OXH4ZPM65|ZCT6FZBF4DROD|ZQSVJUPU6J1EY|\
    Z2EPGBW3API2WT|Z215JYRZR1TBD5|Z3F0SRJ5LGBH90|Z32O12XQLNTSW2|Z2IFOLAFXWLO4F|ZHURV8PSTC4K8|ZD4D7Y8KGAS4G|\
    Z3Q77PNBQS71R4|Z1CMS0P5QUZ6D5|Z23TAZ6LKFMNIO|Z1UDT6IFJ4EJM|Z2P70J7HTTTPLU|ZTK26PT1VY4CU|Z33AYJ8TM3BH4J|\
    ZMG1MZ2THAWF1|ZS929ML54UICD|Z3QSRYVP46NYYV|Z3DQVH9N71FHZ0|Z12Y7K3UBGUAD1|Z268VQBMOI5EKX|Z203XCE67M25HM|\
    Z3ULH7SSC9OV64|Z23146JA1KNAFP|Z1GDH35T77C1KE|Z3QFB96KMJ7ED6|ZQEIKTCZ8352D|Z3BX2TMKNYI13Y|\
    Z1UJRXOUMOOFQ8|ZOJJZC49E0EPZ|Z2MUQ32089INYE|Z2OJLYMUO9EFXC|Z1YSHQZHG15GKL|Z20JF4UZKIW1U8|Z3VO1THU9YC4UR|\
    ZL327KTPIQFUL|Z2RPCDW04V8134|Z19DQILCV0OWEC|Z1U9ULNL0V5AJ3|ZLY8HYME6SFDD|ZJ5UAJN8Y3Z2Q|Z3KY65QIEKYHQQ|\
    ZCMLWB8V5SYIT|Z2YB950C88HT6D"
);

/// Services whose managed keys have the alias `aws/<service>`. (KMS developer guide, "AWS managed keys"; the guides of
/// the services)
static KEY_SERVICES: Words = words!(
    "\
    acm|aoss|appflow|backup|cloud9|codeartifact|codecommit|connect|dax|dms|dynamodb|ebs|ecr|elasticfilesystem|\
    elastictranscoder|es|fsx|glue|importexport|kafka|kinesis|kinesisvideo|lambda|lex|lightsail|memorydb|mgn|mq|qldb|rds|\
    redshift|s3|secretsmanager|ses|sns|sqs|ssm|storagegateway|timestream|transfer|workmail|workspaces|xray"
);

/// The role that Organizations makes in each account (its user guide, "Accessing member accounts"), providers of
/// identities that everybody names (IAM user guide, "Create an OpenID Connect provider"), and documents of the Systems
/// Manager that AWS owns (its document reference).
static NAMES: Words = words!(
    "\
    OrganizationAccountAccessRole|AWSControlTowerExecution|token.actions.githubusercontent.com|accounts.google.com|\
    AWS-ApplyAnsiblePlaybooks|AWS-ApplyPatchBaseline|AWS-ConfigureAWSPackage|AWS-GatherSoftwareInventory|\
    AWS-JoinDirectoryServiceDomain|AWS-RefreshAssociation|AWS-RestartEC2Instance|AWS-RunAnsiblePlaybook|\
    AWS-RunDocument|AWS-RunPatchBaseline|AWS-RunPatchBaselineAssociation|AWS-RunPowerShellScript|AWS-RunRemoteScript|\
    AWS-RunShellScript|AWS-StartEC2Instance|AWS-StartInteractiveCommand|AWS-StartPortForwardingSession|\
    AWS-StartPortForwardingSessionToRemoteHost|AWS-StartSSHSession|AWS-StopEC2Instance|AWS-UpdateSSMAgent|\
    AmazonCloudWatch-ManageAgent|SSM-SessionManagerRunShell"
);
