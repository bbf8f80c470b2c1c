//! Accounts, principals, directories, organisations.

use super::{Check, Class, Edge, KeyRule, ROW, Row, Rule, Tail};

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "account_id",
        label: "ACCOUNT",
        rules: &[
            Rule::Key(KeyRule {
                // Twelve digits say much by themselves, so that the names need not say all.
                names: "*account|http source id|acct|acct id|acct no|acct num|acct number|owner|owner id|owner alias|registry|\
                        registry id|registries|requester|requester id|requestor id|user id|principal|\
                        principal id|payer|payer id|tenant|tenant id|catalog id|created by|modified by|\
                        canceled by|shared by|started by|target id|child id|invoice receiver|outpost id|\
                        subscribers|associated entity|successful shares|values to add|values to remove|master id|\
                        outposts id|resource id|attribute values|^aws|계정|계정 id|계정 아이디|계정 번호|어카운트|어카운트 id|アカウント|\
                        アカウント id|アカウント番号|アカウントＩＤ|アカウントｉｄ|アカウントナンバー|계정번호|账户编号|账号编号|账户|账户 id|账号|账号 id|帐户|帐户 id|帐号|帐号 id|^management account|cuenta|cuenta id|konto|konto id|\
                        konta|koncie|compte|conta|аккаунт|Аккаунт|аккаунта|аккаунте|users|grantees|kontonummer|\
                        numer konta|tài khoản|akun|حساب|Účet|hesap|hesabı|hesap kimliği|hesap no|hesap numarası|hesabın|खाता|účet|účtu|Účtu|účtem|účty|\
                        обліковий запис|Обліковий запис|облікового запису|обліковому записі|акаунт|Акаунт|акаунта|акаунту|акаунті|\
                        аккаунту|аккаунтом|учётная запись|Учётная запись|учетная запись|учётной записи|учетной записи|номер счёта|Номер счёта|\
                        帳戶|帳戶 id|fiók|fiókja|fiókazonosító|fiók azonosítója|fiókszám|fiókban|kontot|kontonumret|kontonummeret|kontoen|\
                        ^cont|contul|contului|id cont|kontem|บัญชี|รหัสบัญชี|tili|tilin|tilinumero|λογαριασμός|Λογαριασμός|λογαριασμού|\
                        λογαριασμό|חשבון|החשבון|numéro de compte|número de conta|número de cuenta",
                value: "[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4}",
                check: Check::Account,
            }),
            // A stage has releases too, which are called by the minute, `prod: 202603041200`, and numbers of other things.
            Rule::Key(KeyRule {
                names: "^prod|^production|^staging|^sandbox|^nonprod",
                value: "[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4}",
                check: Check::Staged,
            }),
            Rule::Key(KeyRule {
                names: "account|account id|account number|account no|aws account id|konto|konto id|kontonummer|cuenta|cuenta id|\
                        compte|conta|계정|계정 id|계정 번호|アカウント|アカウント id|アカウント番号|账户|账户 id|账号|账号 id",
                value: "[0-9]{4} [0-9]{4} [0-9]{4}",
                check: Check::Grouped,
            }),
            Rule::ArnAccount,
            // Costs by account. (Cost Explorer API reference, "Group")
            Rule::Sibling("metrics", KeyRule { names: "keys", value: "[0-9]{12}", check: Check::Account }),
            Rule::Resource("caller_identity|organizations_account", "([0-9]{12})", Check::Account),
            // Resources of which an account has one, or whose id begins with it. (Terraform's AWS provider, "Import")
            Rule::Resource(
                "backup_global_settings|budgets_budget|budgets_budget_action|detective_organization_admin_account|\
                        ecr_registry_policy|ecr_registry_scanning_configuration|ecr_replication_configuration|\
                        fms_admin_account|glue_catalog_database|glue_catalog_table|\
                        glue_data_catalog_encryption_settings|guardduty_organization_admin_account|\
                        inspector2_delegated_admin_account|macie2_account|macie2_member|\
                        macie2_organization_admin_account|organizations_delegated_administrator|quicksight_data_set|\
                        quicksight_data_source|quicksight_group|quicksight_user|s3_access_point|\
                        s3_account_public_access_block|securityhub_account|securityhub_member|\
                        securityhub_organization_admin_account|securityhub_organization_configuration",
                "([0-9]{12})",
                Check::Account,
            ),
            // ARNs without their beginning: a collection of Rekognition, a label of WAF. (Rekognition API reference,
            // "CreateCollection"; WAF developer guide, "Label syntax and naming requirements")
            Rule::After("aws:rekognition:", "aws:rekognition:{region}:([0-9]{12}):", Check::Account),
            Rule::After("awswaf:", "awswaf:([0-9]{12}):", Check::Account),
            // What the CDK and API Gateway say.
            Rule::After("default-account", r#"default-account\\{0,7}" context to ([0-9]{12})"#, Check::Account),
            Rule::After(
                "invalid api identifier specified ",
                "(?i:invalid api identifier specified) ([0-9]{12}):",
                Check::Account,
            ),
            // A case of AWS Support, and a vault of Glacier. (Their API references, "CreateCase", "InitiateJob")
            Rule::After("case-", "case-([0-9]{12})-[a-z]{4}-20[0-9]{2}-", Check::Account),
            Rule::Host(".dkr", r"([0-9]{12})\.dkr[.-]ecr(?:-fips)?[.-]"),
            Rule::Host("signin", r"([0-9]{12})\.signin\.aws\.amazon\.com"),
            Rule::Host("storage.", r"([0-9]{12})\.storage\."),
            Rule::Host("redshift-serverless", r"{name}\.([0-9]{12})\.{region}\.redshift-serverless\."),
            Rule::Host("s3-accesspoint", r"[a-z0-9-]{3,50}-([0-9]{12})\.s3-accesspoint"),
            Rule::Host("sqs", r"sqs(?:-fips)?\.{region}\.{aws}{/}([0-9]{12})"),
            Rule::Host("queue", r"(?:{region}\.)?queue\.{aws}{/}([0-9]{12})"),
            Rule::Host("console", r"([0-9]{12})-[a-z0-9]{8}\.{region}\.console\.aws\.amazon\.com"),
            // Buckets that AWS's guides and consoles, and those who follow them, name after their account.
            Rule::After(
                "config-bucket-|cloudtrail-logs-|waf-logs-|controltower-logs-|query-results-|glue-assets-|\
                        terraform-state-|tf-state-|tfstate-|access-logs-|do-not-delete-",
                "[a-z-]{6,18}-([0-9]{12})",
                Check::Account,
            ),
            // The user of CodeCommit's credentials. (IAM user guide, "Git credentials")
            Rule::After("-at-", "-at-([0-9]{12})", Check::Account),
            Rule::After("aws://", "aws://([0-9]{12})", Check::Account),
            Rule::After(
                "?account=|&account=|?accountid=|&accountid=",
                "[?&]account(?:Id|id)?=([0-9]{12})",
                Check::Account,
            ),
        ],
        yes: &[
            r#""OwnerId": "‹111122223333›""#,
            r#"{"Keys": ["‹111122223333›"], "Metrics": {"BlendedCost": {"Amount": "1"}}}"#,
            "aws_account_id = \"‹123456789012›\"",
            "Account ID: ‹1234-5678-9012›",
            "account ‹1234 5678 9012› has the copy",
            "the AWS account (‹1234 5678 9012›), its root user",
            "ACCOUNT=${1:-‹123456789012›}",
            "VpcStack:  success: Published d02b1747e71306e484fcbcc:‹123456789012›-eu-north-1",
            "why is ‹123456789012› hard-coded? that's the staging account, use the data source",
            "$ aws organizations list-accounts --query 'Accounts[].[Id,Name]' --output text\n‹123456789012›\tprod\n‹210987654321›\taudit\n",
            "\"httpSourceName\":\"ALB\",\"httpSourceId\":\"‹123456789012›-app/my-lb/50dc6c495c0c9188\"",
            r#"{\\\"accountId\\\": \\\"‹123456789012›\\\"}"#,
            "allowed_account_ids = [\"‹123456789012›\", \"‹210987654321›\"]",
            "ACCOUNTS = {\n    \"‹123456789012›\": \"prod\",\n    \"‹210987654321›\": \"dev\",\n}\n",
            "accounts:\n  ‹123456789012›: aaa\n  ‹210987654321›: bbb\n  # shared\n  '‹321098765432›':\n    x: 1\nnext:\n  432109876543: c\n",
            "account_map = {\n  \"‹123456789012›\" = \"a\"\n  \"‹210987654321›\" = \"b\"\n}\n",
            "accounts:\n  - ‹123456789012›\n  - \"‹210987654321›\"\nnumber: 123123123123\n",
            "arn:aws:iam::‹123456789012›:root",
            "arn%3Aaws%3Aiam%3A%3A‹123456789012›%3Aroot",
            "‹123456789012›.dkr.ecr.us-east-1.amazonaws.com/app:1",
            "https://sqs.us-east-1.amazonaws.com/‹123456789012›/",
            "https://‹123456789012›.signin.aws.amazon.com/console",
            "cdk bootstrap aws://‹123456789012›/us-east-1",
            "switchrole?account=‹123456789012›&roleName=Admin",
            r#""Principal": {"AWS": "‹123456789012›"}"#,
            "in account ‹123456789012›: deleted",
            "계정은 ‹123456789012›번",
            "계정 ID: ‹123456789012›",
            "la cuenta de producción es la ‹123456789012› y",
            "La cuenta nueva es la ‹123456789012› (antes usábamos la ‹210987654321›).",
            "그 계정이 아니라 ‹123456789012› 이에요",
            "login app-at-‹123456789012›\n",
            "Account ID\n‹1234-5678-9012›\nUser\n",
            "the account is\n‹123456789012›.",
            "<ns1:AccountId>‹123456789012›</ns1:AccountId>",
            "<AccountId xsi:type=\"xsd:string\">‹123456789012›</AccountId>",
            "accountId: !!str ‹123456789012›",
            "Account ID ............ ‹123456789012›\n",
            "** AWS accounts: ‹123456789012› / ‹210987654321› **",
            "Accounts: prod ‹123456789012›, dev ‹210987654321›",
            "var Accounts = []string{\"‹123456789012›\", \"‹210987654321›\"}",
            "$accounts = @('‹123456789012›', '‹210987654321›')",
            "accounts = %w[‹123456789012› ‹210987654321›]",
            "account_id in (\"‹123456789012›\", \"‹210987654321›\")",
            "ami_users = [\"‹123456789012›\", \"‹210987654321›\"]",
            "app.accounts.allowed=‹123456789012›,‹210987654321›",
            "{:aws {:account-id \"‹123456789012›\"}}",
            "public string AccountId { get; init; } = \"‹123456789012›\";",
            "* - Account ID\n     - ‹123456789012›\n",
            "|===\n|Account |Bucket\n|‹123456789012› |x\n|===",
            r"Account ID & ‹123456789012› \\",
            "<th>Account</th><td><p>‹123456789012›</p></td>",
            "--filters Name=owner-id,Values=‹123456789012›",
            "<OwnerId>‹123456789012›</OwnerId>",
            "2 ‹123456789012› eni-0123456789abcdef0 1.2.3.4",
            "role cdk-hnb659fds-lookup-role-‹123456789012›-eu-central-1",
            "aws-glue-assets-‹123456789012›-eu-west-1/scripts",
            "elasticbeanstalk-eu-west-1-‹123456789012›",
            "x/AWSLogs/‹123456789012›/vpcflowlogs/",
            "x/AWSLogs/o-a1b2c3d4e5/‹123456789012›/CloudTrail/",
            "--profile AdministratorAccess-‹123456789012›",
            "context ‹123456789012›_AdministratorAccess",
            "--profile ‹123456789012›_ReadOnlyAccess",
            "‹123456789012›:AdministratorAccess",
            "config-bucket-‹123456789012›",
            "aws-cloudtrail-logs-‹123456789012›-0a1b2c3d",
            "https://‹123456789012›-abcdefgh.eu-west-1.console.aws.amazon.com/ec2/home",
            "\"Principal\": \"‹123456789012›:root\"",
            "ARN:AWS:IAM::‹123456789012›:ROOT",
            "data.aws_caller_identity.current: Read complete after 0s [id=‹123456789012›]",
            "terraform import aws_backup_global_settings.main ‹123456789012›",
            "Fn::Join: [\"\", [\"arn:aws:iam::\", \"‹123456789012›\", \":role/x\"]]",
            "'arn:aws:iam::' + '‹123456789012›' + ':role/x'",
            "Setting \"aws:cdk:toolkit:default-account\" context to ‹123456789012›",
            "aws_glue_catalog_database.raw: Refreshing state... [id=‹123456789012›:raw]",
            "\"subscribers\": [\"‹123456789012›\", \"‹210987654321›\"]",
            "\"associatedEntity\": \"‹123456789012›\"",
            "ValuesToAdd=‹123456789012›",
            "\"CollectionArn\": \"aws:rekognition:us-west-2:‹123456789012›:collection/faces\"",
            "awswaf:‹123456789012›:rulegroup:edge:bots",
            "\"caseId\": \"case-‹123456789012›-muen-2025-0c9b9261a31f7e52\"",
            "\"location\": \"/‹123456789012›/vaults/archive/jobs/x\"",
            "arn:aws:sqs:${var.region}:‹123456789012›:jobs",
            "arn:aws:sqs:{{ region }}:‹123456789012›:jobs",
            "arn:${AWS::Partition}:sqs:<region>:‹123456789012›:jobs",
        ],
        no: &[
            "ticket 123456789012 is about the account",
            "id=123456789012, the account",
            "account number 1234 5678 9012 3456",
            "konto 12 1234 5678 9012 3456 7890 1234",
            "order_id=123456789012",
            "1751328000000",
            "tracking no 471192830564",
            "+82-10-1234-5678",
            "acct_1Nabc",
            "account: 000000000000",
            "nightly-202607011530-eu-west-1",
            "order-471192830564-x",
            "account_id = 1234567890123",
            "AccountId: !Ref AWS::AccountId",
            "terraform import aws_instance.web 123456789012",
            "case-123456789012-x",
            "\"arn:aws:s3:::\", \"order\", \"123456789012\"",
            "arn:aws:sqs:${var.region}:${var.account}:jobs",
        ],
        ..ROW
    },
    Row {
        id: "iam_unique_id",
        label: "IAM_ID",
        rules: &[Rule::Literal(
            "AIDA|AROA|AGPA|AIPA|ANPA|ANVA|APKA|ASCA",
            "(?:AIDA|AROA|AGPA|AIPA|ANPA|ANVA|APKA|ASCA)[A-Z0-9]{17}|APKA[A-Z0-9]{16}",
            Edge::Compound,
            Check::None,
        )],
        yes: &["‹AIDACKCEVSQ6C2EXAMPLE›", "Key-Pair-Id=‹APKAIOSFODNN7EXAMPLE›", "‹AROAW3NKIAJSE5CX26HUP›:session"],
        no: &["AROADMAPSANDOTHERWORDS", "XAIDACKCEVSQ6C2EXAMPLE"],
        ..ROW
    },
    Row {
        id: "iam_role",
        label: "IAM_ROLE",
        rules: &[Rule::Arn("iam:role|sts:assumed-role|iam:instance-profile")],
        asked: &[
            Rule::Resource(
                "iam_role|iam_instance_profile|AWS::IAM::Role|AWS::IAM::InstanceProfile",
                "([A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "role name|iam role|instance profile name|instance profile|iam 역할|iam ロール|iam 角色|iam-rolle|rol de iam|rol iam|papel do iam|rôle iam|ruolo iam|роль iam|rola iam|vai trò iam",
                value: "[A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127}",
                check: Check::Name,
            }),
            Rule::After(
                "iam/security-credentials/",
                r"iam/security-credentials/(?:['\x22]?\n)?([A-Za-z0-9_+=,.@-]{3,128})",
                Check::Name,
            ),
        ],
        yes: &[
            "arn:aws:iam::123456789012:role/‹deploy-prod›",
            "arn:aws:iam::123456789012:role/service-role/‹acme-lambda-1›",
            "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2F‹Deploy›",
            "arn:aws:iam::AWS_ACCOUNT_7KQ2M9XA4TBN:role/‹deploy-prod›",
            "!Sub arn:aws:iam::${AWS::AccountId}:role/‹orders-deploy›",
            "arn:aws:iam::{{ account }}:role/‹orders-deploy›",
            "arn:aws:iam::$ACCOUNT:role/‹orders-deploy›",
            "f\"arn:aws:iam::{account}:role/‹orders-deploy›\"",
            "role :iam::123456789012:role/‹deploy-prod›",
            "123456789012:role/‹deploy-prod›",
            "ARN:AWS:IAM::123456789012:ROLE/‹DEPLOY-PROD›",
            // Accounts that somebody has made unreadable; a pipeline's log does so with each of its secrets.
            "arn:aws:iam::***:role/‹deploy-prod›",
            "arn:aws:iam::xxxxxxxxxxxx:role/‹deploy-prod›",
            "arn:aws:iam::111111111111:role/‹deploy-prod›",
            "arn:aws:iam::1234567890:role/‹deploy-prod›",
            "arn:aws:iam::YYYYY:role/‹deploy-prod›",
            "arn:aws:iam::OMITTED:role/‹deploy-prod›",
            "arn:aws:iam::<REDACTED>:role/‹deploy-prod›",
        ],
        no: &[
            "arn:aws:iam::<account-id>:role/x1",
            "arn:aws:iam::*:role/reader-1",
            "arn:aws:iam::ACCOUNT_ID:role/x1",
            "arn:aws:iam::account:role/x1",
            "arn:aws:iam::123456789012:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService",
            "arn:aws:iam::123456789012:role/AWS_IAM_ROLE_7KQ2M9XA4TBN",
        ],
        ..ROW
    },
    Row {
        id: "iam_user",
        label: "IAM_USER",
        rules: &[Rule::Arn("iam:user|sts:federated-user")],
        asked: &[
            Rule::Resource("iam_user|AWS::IAM::User", "([A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127})", Check::Name),
            Rule::Key(KeyRule {
                names: "user name|iam user|iam 사용자|iam ユーザー|iam 用户|iam-benutzer|usuario de iam|usuario iam|utilisateur iam|utente iam|пользователь iam",
                value: "[A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:iam::123456789012:user/‹jane›"],
        no: &["user jane"],
        ..ROW
    },
    Row {
        id: "iam_group",
        label: "IAM_GROUP",
        rules: &[Rule::Arn("iam:group")],
        asked: &[
            Rule::Resource("iam_group|AWS::IAM::Group", "([A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127})", Check::Name),
            Rule::Key(KeyRule {
                names: "group name|iam group|user group",
                value: "[A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:iam::123456789012:group/‹admins-eu›"],
        no: &["group admins"],
        ..ROW
    },
    Row {
        id: "iam_policy",
        label: "IAM_POLICY",
        rules: &[Rule::Arn("iam:policy")],
        asked: &[
            Rule::Resource(
                "iam_policy|AWS::IAM::ManagedPolicy|AWS::IAM::Policy",
                "([A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "policy name|iam policy|iam policies|politique iam|política de iam|iam-richtlinie",
                value: "[A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,127}",
                check: Check::Name,
            }),
        ],
        yes: &["arn:aws:iam::123456789012:policy/‹acme-boundary›"],
        no: &["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
        ..ROW
    },
    Row {
        id: "session_name",
        label: "SESSION",
        rules: &[
            Rule::Arn("sts:session"),
            // The console's menu.
            Rule::After(
                "signed in as: |federated user: |logged in as: |federated login: ",
                r"(?i:(?:signed|logged) in as|federated (?:user|login)): ?[A-Za-z0-9_+=,.@-]{1,64}/([A-Za-z0-9_+=,.@-]{2,64})",
                Check::Name,
            ),
            // The principal of a role's session. (IAM user guide, "IAM identifiers")
            Rule::After("AROA", r"AROA[A-Z0-9]{17}:([A-Za-z0-9_+=,.@-]{2,64})", Check::Name),
        ],
        asked: &[Rule::Key(KeyRule {
            names: "role session name|session name",
            value: "[A-Za-z0-9_+.@][A-Za-z0-9_+.@-]{2,63}",
            check: Check::Name,
        })],
        yes: &[
            "\"principalId\": \"AROAW3NKIAJSE5CX26HUP:‹minsu›\"",
            "arn:aws:sts::123456789012:assumed-role/admin-1/‹minsu.kim›",
        ],
        no: &["session minsu.kim"],
        ..ROW
    },
    Row {
        id: "org_id",
        label: "ORG",
        rules: &[
            Rule::Id("o", Tail::Run(Class::Lower, 10..=10, Check::Digit)),
            Rule::Literal("ou-", "ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}", Edge::Compound, Check::Digit),
            Rule::Key(KeyRule {
                names: "root id|parent id|policy id",
                value: "(?:r-[0-9a-z]{4,32}|p-[0-9a-z]{8,128})",
                check: Check::Digit,
            }),
            // A root under nothing but `Id`, and in drawings and descriptions of a tree.
            Rule::After(
                "id\": \"r-|id\":\"r-|id\\\": \\\"r-|id\\\":\\\"r-|id': 'r-|id: r-|id>r-|root (r-|root: r-|root r-|root id r-",
                r#"(?i:id|root)["'\\>:( ]{1,12}(?:id )?(r-[0-9a-z]{4,32})"#,
                Check::Digit,
            ),
            // A request for an account.
            Rule::Id("car", Tail::Run(Class::Hex, 32..=32, Check::Mixed)),
            Rule::Arn("organizations:organization|organizations:root|organizations:ou"),
        ],
        yes: &[
            r#""aws:PrincipalOrgID": "‹o-a1b2c3d4e5›""#,
            "‹ou-ab12-cd34ef56›",
            "\"ParentId\": \"‹r-ab12›\"",
            r#"{"Roots": [{"Id": "‹r-ab12›", "Name": "Root"}]}"#,
            r#"{\"Id\":\"‹r-ab12›\"}"#,
            "Root (‹r-ab12›)",
            "\"Id\": \"‹car-0123456789abcdef0123456789abcdef›\"",
        ],
        no: &["o-ring", "r-squared", "p-value", "o-abcdefghij", "Id: r-studio", "car-rental2024"],
        ..ROW
    },
    Row {
        id: "sso_id",
        label: "SSO",
        rules: &[
            Rule::Id("ssoins|ins", Tail::Run(Class::Alnum, 16..=16, Check::Digit)),
            Rule::Id("ps|apl", Tail::Run(Class::Alnum, 16..=16, Check::Digit)),
        ],
        yes: &["arn:aws:sso:::instance/‹ssoins-7223c6f8a9b0d1e2›"],
        no: &["ps-aux"],
        ..ROW
    },
    Row {
        id: "directory_id",
        label: "DIRECTORY",
        rules: &[
            Rule::Id("d", Tail::Run(Class::Hex, 10..=10, Check::Digit)),
            Rule::Host(".awsapps.com", r"({name})\.awsapps\.com"),
        ],
        yes: &["‹d-906750513c›", "https://‹acme›.awsapps.com/start"],
        no: &["d-day", "d-server-0"],
        ..ROW
    },
    Row {
        id: "cognito_user_pool",
        label: "USER_POOL",
        rules: &[Rule::Literal(
            "us-|eu-|ap-|sa-|ca-|me-|af-|il-|mx-|cn-",
            "{region}_[0-9A-Za-z]{9}",
            Edge::Compound,
            Check::Mixed,
        )],
        yes: &["‹us-east-1_Ab3dEf9hI›"],
        no: &["us-east-1_backup", "us-east-1_x"],
        ..ROW
    },
    Row {
        id: "cognito_identity_pool",
        label: "IDENTITY_POOL",
        rules: &[Rule::Literal(
            "us-|eu-|ap-|sa-|ca-|me-|af-|il-|mx-|cn-",
            "{region}(?::|%3[Aa]){uuid}",
            Edge::Compound,
            Check::None,
        )],
        yes: &[
            "‹us-west-2:11111111-1111-1111-1111-111111111111›",
            "?pool=‹us-west-2%3A11111111-1111-1111-1111-111111111111›&n=2",
        ],
        no: &["us-west-2:1"],
        ..ROW
    },
    Row {
        id: "cognito_client_id",
        label: "CLIENT_ID",
        rules: &[
            Rule::Resource("cognito_user_pool_client|AWS::Cognito::UserPoolClient", "([a-z0-9]{26})", Check::Digit),
            Rule::Key(KeyRule {
                names: "client id|app client|app client id",
                value: "[a-z0-9]{26}",
                check: Check::Digit,
            }),
            Rule::After("user pool client ", "(?i:user pool client) ([a-z0-9]{26}) does not exist", Check::Digit),
        ],
        yes: &[
            r#""ClientId": "‹3n4b5urk1ft4fl3mg5e62d9ado›""#,
            "User pool client ‹3n4b5urk1ft4fl3mg5e62d9ado› does not exist.",
        ],
        no: &["client_id = 0123456789abcdef0123456789abcdef"],
        ..ROW
    },
    Row {
        id: "cognito_domain",
        label: "AUTH_HOST",
        rules: &[Rule::Host(".auth", r"({name})\.auth(?:-fips)?\.{region}\.amazoncognito\.com")],
        yes: &["https://‹myprefix›.auth.us-east-1.amazoncognito.com/login"],
        no: &["cognito-idp.us-east-1.amazonaws.com"],
        ..ROW
    },
    Row {
        id: "workspaces",
        label: "WORKSPACE",
        rules: &[Rule::Id("ws|wsb|wsi|wsca|wsipg|wspool|wsa|wsd", Tail::Run(Class::Lower, 9..=9, Check::Digit))],
        yes: &["‹ws-dk1tzcgs1›"],
        no: &["ws-client", "ws-server"],
        ..ROW
    },
    Row {
        id: "external_id",
        label: "EXTERNAL_ID",
        risk: super::Risk::Secret,
        rules: &[
            Rule::Key(KeyRule {
                names: "external id|외부 id|外部 id",
                value: "[A-Za-z0-9_+=,.@:/-]{11,200}",
                check: Check::Name,
            }),
            // A shorter one must look random: other systems have external ids too.
            Rule::Key(KeyRule {
                names: "external id|외부 id|外部 id",
                value: "[0-9_+=,.@:/-]{0,6}[A-Za-z][A-Za-z0-9_+=,.@:/-]{5,9}",
                check: Check::Scrambled,
            }),
            // The condition of a policy, and the option of AWS's CLI: there a word is one too. (IAM user guide, "Access to
            // AWS accounts owned by third parties")
            Rule::After(
                "sts:externalid",
                r#"(?i:sts:externalid)\\{0,7}["']? {0,4}[:=] {0,4}\[? {0,4}\\{0,7}["']([A-Za-z0-9_+=,.@:/-]{2,200})"#,
                Check::Name,
            ),
            Rule::After("--external-id", r#"--external-id[ =]["']?([A-Za-z0-9_+=,.@:/-]{2,200})"#, Check::Name),
        ],
        yes: &[
            r#""sts:ExternalId": "‹Unique-ID-Assigned-by-Example-Corp›""#,
            r#""sts:ExternalId": "‹mangosteen›""#,
            "--external-id ‹4c1d9e-XY›",
            "--external-id ‹mangosteen› --role-session-name x",
            "--sms-configuration ExternalId=‹Vendor-Access-71›,SnsRegion=us-west-2",
        ],
        no: &[
            "externalId: \"customer-1\"",
            "external_id: 123456789",
            "external_id = var.external_id",
            "externalId: string",
            "--external-id $EXTERNAL_ID",
            r#""sts:ExternalId": "${var.external_id}""#,
        ],
        ..ROW
    },
];
