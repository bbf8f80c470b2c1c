//! Credentials, and the keys that protect them.

mod password;

use super::{Check, Class, Edge, KeyRule, ROW, Risk, Row, Rule, Tail, Tier};

use password::PASSWORD;

const SECRET: Row = Row { risk: Risk::Secret, ..ROW };

/// A character of base64, also as JSON or a URL may escape it.
macro_rules! sign {
    () => {
        r"(?:[A-Za-z0-9+]|\\{0,7}/|\\{1,7}u002[bBfF]|%2[bBfF])"
    };
}

/// A base64 character, where JSON may escape the slash.
macro_rules! base64 {
    () => {
        r"(?:[A-Za-z0-9+=]|\\{0,7}/)"
    };
}

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "access_key_id",
        label: "ACCESS_KEY",
        rules: &[
            Rule::Literal(
                "AKIA|ASIA|ABIA|ACCA|A3T",
                "(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}",
                Edge::Compound,
                Check::None,
            ),
            // In base64, as Kubernetes keeps it: the bits of the first letters, then those of capitals and digits.
            Rule::Literal("QUtJQ|QVNJQ", "(?:QUtJQ|QVNJQ)[Q-Za-f][A-Za-z0-9]{21}=", Edge::Compound, Check::None),
        ],
        yes: &[
            "‹AKIAIOSFODNN7EXAMPLE›",
            "Credential=‹ASIAIOSFODNN7EXAMPLE›/20250701",
            r"\n‹AKIAIOSFODNN7EXAMPLE›\n",
            "  id: ‹QUtJQVo3UVc0TUsyUFhONVJCM1Q=›\n",
        ],
        no: &["TODAYINASIAASACKOFRICEFELLOVER", "QUtJQVo3UVc0TUsyUFhONVJCM1RQUFBQ"],
        ..SECRET
    },
    Row {
        id: "secret_access_key",
        label: "SECRET_KEY",
        rules: &[
            Rule::Key(KeyRule {
                names: "secret access key|secret key|aws secret|secret access|secret access key id|s3 secret|access key secret|\
                        iam user secret|ses secret|cloudfront secret|spaces secret|\
                        iam secret|access secret|^secret|^sk|시크릿 키|시크릿 액세스 키|비밀 키|비밀 액세스 키|보안 액세스 키|シークレットキー|\
                        シークレットアクセスキー|秘密访问密钥|私有访问密钥|秘密访问钥匙|geheimer schlüssel|geheimer zugriffsschlüssel|\
                        clave secreta|clave de acceso secreta|chiave segreta|accesso segreta|clé secrète|accès secrète|\
                        geheimschlüssel|geheime schlüssel|geheimen schlüssel|geheimen zugriffsschlüssel|秘密存取金鑰|chave secreta|секретный ключ|Секретный ключ|секретного ключа|\
                        klucz tajny|tajny klucz|heime sleutel|\
                        tajný klíč|Tajný klíč|khóa bí mật|khoá bí mật|секретний ключ|Секретний ключ|секретного ключа|المفتاح السري|مفتاح سري|\
                        tkos kulcs|tkos kulcsa|mlig nyckel|mliga nyckeln|hemmelig nøkkel|hemmelig nøgle|\
                        gizli anahtar|gizli anahtarı|gizli erişim anahtarı|cheia secretă|cheie secretă|nego klucza|tajny klucz dostępu|секретний ключ доступу|секретный ключ доступа|Секретный ключ доступа|Секретний ключ доступу|tajný přístupový klíč|hemlig åtkomstnyckel|tajného klíče|\
                        kunci rahasia|คีย์ลับ|กุญแจลับ|inen avain|μυστικό κλειδί|מפתח סודי",
                value: concat!("(", base64!(), "{40})"),
                check: Check::Generated,
            }),
            // A line of credentials.csv, a table, two lines without names, code, a prompt.
            Rule::Beside("access_key_id", concat!(sign!(), "{40}"), Check::Generated),
            Rule::Beside("access_key_id", "[A-Za-z0-9+/]{54}==", Check::Encoded),
            Rule::Key(KeyRule {
                names: "secret access key|secret key|access secret",
                value: "[A-Za-z0-9+/]{54}==",
                check: Check::Encoded,
            }),
            // Of 32 bytes: the proxy of an external key store. (KMS API reference,
            // "XksProxyAuthenticationCredentialType")
            Rule::Key(KeyRule { names: "secret access key", value: "[A-Za-z0-9+/]{43}=", check: Check::Generated }),
            // A form and the query of a URL encode what base64 has.
            Rule::Key(KeyRule {
                names: "secret access key|secret key|access secret",
                value: "(?:[A-Za-z0-9]|%2[BbFf]){40}",
                check: Check::Generated,
            }),
            Rule::After(
                "sk:|sk=|sk =|sk\"|sk'",
                concat!(r#"[Ss][Kk]["'\\]{0,9}\s?[:=]\s?["'\\]{0,9}("#, sign!(), "{40})"),
                Check::Generated,
            ),
        ],
        yes: &[
            "aws_secret_access_key = ‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›",
            r#""SecretAccessKey": "‹uR6ZOnRCNTx6vfpU+Onj1OrKKN9+g4UY9qHxTtYe›""#,
            r#"{\"SecretAccessKey\":\"‹wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYEXAMPLEKEY›\"}"#,
            "AKIAIOSFODNN7EXAMPLE/‹r4Zt+k8W3mHbQxNfLaVeTojPYYS6DC7uGi2sKq9h›",
            "AKIAIOSFODNN7EXAMPLE,‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY›",
            "‹wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY› is the second, AKIAIOSFODNN7EXAMPLE the first",
            "ak = \"AKIAIOSFODNN7EXAMPLE\"\nregion = \"eu-west-1\"\nsk = \"‹u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d›\"",
            "?k=AKIAIOSFODNN7EXAMPLE&s=‹u9Qm%2Bc2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d›&x",
            r#"{"a": "AKIAIOSFODNN7EXAMPLE", "b": "‹u9Qm\u002Bc2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d›"}"#,
            r"AKIAIOSFODNN7EXAMPLE\n‹u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d›\n",
            "  s: ‹dTlRbStjMkw3eVhlR3ZVeXJQZ1lzRG5XUlJDMUFZM2tUejhiSG41ZA==›\n  k: QUtJQVo3UVc0TUsyUFhONVJCM1Q=\n",
            "fake-sk: ‹u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d›",
            "AccessKeyId=GHPQ7KD2ZX41RWTB, RawSecretAccessKey=‹u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5dWx8=›",
        ],
        no: &[
            "commit 6c3a850769253b1de1cf767b8348a311ca8b8d3d",
            "RuleID: aws-secret\nCommit: 6c3a850769253b1de1cf767b8348a311ca8b8d3d",
            "SECRET_KEY = \"django-insecure-abc\"",
            "AKIAIOSFODNN7EXAMPLE in 6c3a850769253b1de1cf767b8348a311ca8b8d3d",
            "AKIAIOSFODNN7EXAMPLE src/main/java/com/acme/orders/service/domain",
            "disk = u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5d0",
        ],
        ..SECRET
    },
    Row {
        id: "session_token",
        label: "SESSION_TOKEN",
        rules: &[
            Rule::Literal(
                "IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz",
                r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|AQoDYXdz)(?:[A-Za-z0-9+/=_%-]|\\{1,7}/|\\{1,7}u003[dD]){8,}",
                Edge::Word,
                Check::None,
            ),
            // Another form of it, near the key that it belongs to.
            Rule::Beside("access_key_id", concat!(sign!(), "{200,}={0,2}"), Check::Generated),
            Rule::Key(KeyRule {
                names: "session token|security token|sts token|^token|세션 토큰|セッショントークン|会话令牌",
                value: r"(?:[A-Za-z0-9+/=_%-]|\\{1,7}/|\\{1,7}u003[dD]|\\{1,7}u002[bB]){100,}",
                check: Check::Mixed,
            }),
        ],
        yes: &[
            "export AWS_SESSION_TOKEN=‹IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3Qt›...",
            "AWS_SESSION_TOKEN=‹IQoJb3JpZ2luX2VjEFoaCWV1LXdlc3QtMSJHMEUCIQDx0pPqv7Z8hYt1Rm2n4KcW9sVbLqzTgE5u›\n‹J3oX6yA7dQIgh8s7D6f5G4h3J2k1L0qWeRtYuIoPaSdFgHjKlZxCvBnM9q8w7e6r5t4y3u2i1o0p›\n‹QwErTyUiOpAsDfGhJkLzXcVbNm1q2w3e4r5t6y7u8i›\nexport X=1\n",
            "AWS_SESSION_TOKEN=‹IQoJb3JpZ2luX2VjMsBGAsrCIBzQWjpDKYnX79iw3nDAE5ioiE7REQJ1gx8m5Sq5XF+q6m+4dKuwnu2Wks/9Z5tBWvQg58q0fiHsZ1PKoUDLv43ozTcT7x==›",
        ],
        no: &["token: eyJhbGciOiJIUzI1NiJ9.e30.x", "session_token = None"],
        ..SECRET
    },
    Row {
        id: "sigv4_signature",
        label: "SIGNATURE",
        rules: &[
            Rule::After(
                "x-amz-signature|signature=",
                r#"(?:[Xx]-[Aa]mz-[Ss]ignature|Signature|signature)(?:=|%3[Dd]|["'\\]{0,9}: ?["'\\]{0,9})([0-9a-f]{64})"#,
                Check::None,
            ),
            // The line under its name in the logs of botocore, also where a log escapes the line break.
            Rule::After(
                "signature:",
                r"Signature:(?: |\r?\n|(?:\\{1,7}r)?\\{1,7}n)[ \t]{0,60}([0-9a-f]{64})(?:[^0-9A-Za-z]|$)",
                Check::None,
            ),
            // A URL that CloudFront or the second version of S3's signatures lets pass.
            Rule::After("signature=", r"Signature=([A-Za-z0-9~_-]{60,700})(?:&|\\{1,7}u0026|; )", Check::Mixed),
            Rule::After("&signature=", r"&Signature=((?:[A-Za-z0-9+/]|%2[BF]){27}(?:=|%3D))", Check::Mixed),
        ],
        yes: &[
            "X-Amz-Signature=‹8450c4ef33cca47a7b2320beb7e0e8a5b29685c3074052c4d8f2d48344f80b39›",
            "?Policy=x&Signature=‹nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZrvDh6hQ73lDx~-ar3UocvvRQVw6EkC~GdpGQyyOSKQim-TxAnW7d8F5Kkai9H›&Key-Pair-Id=x",
            "botocore.auth [DEBUG] Signature:\n‹67b69ffabb22264b1eaf1aedef3eb2db1850908861b1b0882021b3a4211101fa›\n",
            "?AWSAccessKeyId=x&Signature=‹vjbyPxybdZaNmGa%2ByT272YEAiv4%3D›&Expires=1141889120",
        ],
        no: &[
            "sha256=8450c4ef33cca47a7b2320beb7e0e8a5b29685c3074052c4d8f2d48344f80b39",
            "StringToSign:\nAWS4-HMAC-SHA256\n20250612T091402Z\n20250612/eu-west-1/s3/aws4_request\n3a2d7c1bb7a1f0e4c5b2a6d98e7f60514233c1d0e9f8a7b6c5d4e3f201928374\n",
        ],
        ..SECRET
    },
    Row {
        id: "bedrock_api_key",
        label: "BEDROCK_KEY",
        rules: &[Rule::Literal(
            "ABSK|bedrock-api-key-",
            "ABSK(?:[A-Za-z0-9+/]|%2[BFbf]){60,}(?:=|%3[Dd]){0,2}|bedrock-api-key-[A-Za-z0-9+/=_-]{20,}",
            Edge::Compound,
            Check::None,
        )],
        yes: &["‹ABSKQmVkcm9ja0FQSUtleS1PAd9VtjZVrCeKYBzA9CGYmmJ3aaLMKboE6XjtMigSHFuKSqCheWDG2AsJQYS67o5cZw==›"],
        no: &["ABSKQm", "bedrock-api-key-name"],
        ..SECRET
    },
    Row {
        id: "private_key",
        label: "PRIVATE_KEY",
        rules: &[Rule::PrivateKey],
        yes: &[
            "‹-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAkL/Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44Lpicj\n-----END RSA PRIVATE KEY-----›\n",
        ],
        no: &["-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEAkL/Avzkq7c3zcosFK9kpsDv0lZZ8V8Ycf9v44Lpicj\n"],
        ..SECRET
    },
    Row {
        id: "smtp_password",
        label: "SMTP_PASSWORD",
        rules: &[
            // A version, which is 4, and a signature of 32 bytes. (SES developer guide, "Obtaining Amazon SES SMTP
            // credentials")
            Rule::Beside("access_key_id", "B[A-P][A-Za-z0-9+/]{42}", Check::Generated),
            Rule::Key(KeyRule {
                names: "smtp pass|smtp passwd|smtp pwd|smtp password|smtp password v4|smtp secret",
                value: "(B[A-P][A-Za-z0-9+/]{42})",
                check: Check::Generated,
            }),
        ],
        yes: &[
            "SMTP_USER=AKIAIOSFODNN7EXAMPLE\nSMTP_PASS=‹BJ3nQk7Rm5vYc8Jt2LhD6sEbUoPi4XyKzNwMlVgFrHqC›\n",
            "+ ses_smtp_password_v4 = \"‹BJ3nQk7Rm5vYc8Jt2LhD6sEbUoPi4XyKzNwMlVgFrHqC›\"",
        ],
        no: &["BJ3nQk7Rm5vYc8Jt2LhD6sEbUoPi4XyKzNwMlVgFrHqC", "AKIAIOSFODNN7EXAMPLE BJ3nQk7Rm5vYc8Jt2LhD"],
        ..SECRET
    },
    PASSWORD,
    Row {
        id: "user_data",
        label: "USER_DATA",
        rules: &[
            Rule::Key(KeyRule {
                // A program that a machine runs when it starts, in base64. (EC2 user guide, "Run commands when you launch")
                names: "user data|user data base64|userdata|custom data",
                value: "([A-Za-z0-9+/]{40,}={0,2})",
                check: Check::UserData,
            }),
            // Files of settings that begin with a profile, a variable of AWS, a kubeconfig, a login to registries.
            Rule::Literal(
                "W2RlZmF1bHRd|W3Byb2ZpbGUg|YXdzX2|QVdTX|ZXhwb3J0I|YXBpVmVyc2lvbjogdj|eyJhdXRocyI6|eyJ1c2VybmFtZSI6|eyJwYXNzd29yZCI6",
                "[A-Za-z0-9+/]{32,}={0,2}",
                Edge::Word,
                Check::UserData,
            ),
        ],
        yes: &[
            "UserData: ‹IyEvYmluL2Jhc2gKZXhwb3J0IERCX1BBU1NXT1JEPVZlbHZldF9DYWN0dXNfODE=›",
            "jsonpath='{.data.credentials}'\n‹W2RlZmF1bHRdCmF3c19zZWNyZXRfYWNjZXNzX2tleT1SazMvdlRxOFpiWG8xV241TG1ZYzdKcEZzMEhkR3VFYTJLaTlOdFF5Cg==›\n",
            ".dockerconfigjson: ‹eyJhdXRocyI6eyJyZWdpc3RyeS5leGFtcGxlIjp7InBhc3N3b3JkIjoiSGF6ZWwtU3RvYXQtMzEifX19›",
            r#"{"UserData": {"Value": "‹IyEvYmluL2Jhc2gKYXdzIHMzIGNwIHMzOi8vYWNtZS1pbnZvaWNlcy94IC4K›"}}"#,
        ],
        no: &[
            "UserData: IyEvYmluL2Jhc2gKeXVtIC15IHVwZGF0ZSAmJiB5dW0gaW5zdGFsbCAteSBodHRwZAo=",
            "user_data: 3f2b8c1d9e0a4f5b6c7d8e9f0a1b2c3d4e5f6071",
        ],
        ..SECRET
    },
    Row {
        id: "client_secret",
        label: "CLIENT_SECRET",
        rules: &[
            Rule::Key(KeyRule {
                names: "client secret|app secret|oidc secret|oauth secret|cognito secret|클라이언트 시크릿|クライアントシークレット|客户端密钥",
                value: "[A-Za-z0-9._~+/=-]{20,128}",
                check: Check::Password,
            }),
            // With which programs sign and seal what is their own.
            Rule::Key(KeyRule {
                names: "secret|secret key|=secret_key_base|=SECRET_KEY_BASE",
                value: "[0-9a-f]{32,128}",
                check: Check::Mixed,
            }),
            // Django's. (`get_random_secret_key` of its `django.core.management.utils`)
            Rule::Key(KeyRule {
                names: "secret key",
                value: "(?:django-insecure-)?[a-z0-9!@#$%^&*(_=+);-]{50,100}",
                check: Check::Digit,
            }),
            Rule::Key(KeyRule {
                names: "secret key",
                value: "[a-z0-9_-]{0,48}[!@#$%^&*(=+);][a-z0-9!@#$%^&*(_=+);-]{20,48}",
                check: Check::Digit,
            }),
            // Of Rails, and of what seals or signs elsewhere.
            Rule::Key(KeyRule {
                names: "signing key|jwt key|hmac key|app key|application key|admin token|encryption primary key|encryption deterministic key|key derivation salt|lockbox master key|rails master key",
                value: "(?:base64:)?([A-Za-z0-9+/=_.~-]{20,128})",
                check: Check::Irregular,
            }),
            Rule::Key(KeyRule {
                names: "signing salt|encryption salt",
                value: "[A-Za-z0-9+/=_.~-]{8,128}",
                check: Check::Irregular,
            }),
            // A seed of one-time passwords. (RFC 6238)
            Rule::Key(KeyRule {
                names: "mfa seed|mfa secret|totp seed|totp secret|otp seed|otp secret|totp key",
                value: "[A-Z0-9]{16,128}",
                check: Check::Digit,
            }),
            // With which an origin tells that a request comes through CloudFront.
            Rule::Key(KeyRule {
                names: "origin verify|origin secret|origin token",
                value: "[A-Za-z0-9._~+/=-]{16,128}",
                check: Check::Irregular,
            }),
            Rule::After("'crypt' => [", r"'crypt' => \[\s{0,40}'key' => '([0-9a-f]{32})'", Check::None),
            Rule::After(
                "wandb.login(",
                r#"wandb\.login\([^\n)]{0,60}key=\\{0,7}["']([0-9a-f]{40})\\{0,7}["']"#,
                Check::None,
            ),
            // A key of WireGuard's.
            Rule::After("privatekey = ", "PrivateKey = ([A-Za-z0-9+/]{43}=)", Check::Generated),
            Rule::Key(KeyRule {
                names: "secret|secret key|=secret_key_base|=SECRET_KEY_BASE",
                value: "[A-Za-z0-9+/=_.~-]{20,}",
                check: Check::Generated,
            }),
        ],
        yes: &[
            r#""ClientSecret": "‹9ujlik3n4b5urk1ft4fl3mg5e62d9ado7h8j9k0l1m2n3p4q5r6›""#,
            "SECRET_KEY = '‹django-insecure-8k&z2w!q_7m=x4v@t0b#n5c^r1y%u3i*o6p(a9s)d-fghjlqwe›'",
            "JWT_SECRET=‹9f86d081884c7d659a2feaa0c55ad015›",
            "DD_APP_KEY=‹4bd8b587ac26c10f0e94614c0aaf844452afade3›",
            "SECRET_KEY = '‹k8^z!vq3m_h2#o0wd9$u6t@x1b+yj5e7&rl4›'",
            "config.active_record.encryption.primary_key = \"‹k3hJtX0DLHRWl0oTIiMKrz7rI8zi4ffD›\"",
            "secret_key_base: ‹k3TzQ9vLm2Kp7tXw4RbN8cYd5HfJ6gUeAoXi›",
            "PrivateKey = ‹4viRSDyMHEGqBZCQT7XMJlt9ZP804sVn+oS6CTgl8aB=›",
        ],
        no: &[
            "client_secret = var.cognito_client_secret",
            "secret: my-app-secret-name-2",
            "secret = 9f86d081884c",
            "imagePullSecret: registryCredentials1",
        ],
        ..SECRET
    },
    Row {
        id: "api_key",
        label: "API_KEY",
        rules: &[
            Rule::Id("da2", Tail::Run(Class::Lower, 26..=26, Check::None)),
            Rule::Key(KeyRule {
                names: "api key|api key value|x api key|api 키|api キー|api 密钥|api schlüssel|clave de api|clé api|clé d'api|chiave api|chave de api|api ключ|ключ api|klucz api",
                value: "[A-Za-z0-9]{20,128}",
                check: Check::Mixed,
            }),
            // A short one of another product.
            Rule::Key(KeyRule {
                names: "api key|api key value|x api key",
                value: "[A-Za-z0-9_-]{10,19}",
                check: Check::Irregular,
            }),
            // A bot of Telegram. (Telegram Bot API, "Authorizing your bot")
            Rule::Key(KeyRule {
                names: "bot token|telegram token|tg token|token telegram|^token|токен|токен бота",
                value: "[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}",
                check: Check::None,
            }),
            Rule::After(
                "api.telegram.org/bot",
                "api.telegram.org/bot([0-9]{8,10}:AA[A-Za-z0-9_-]{32,34})",
                Check::None,
            ),
            // What an answer that is a table lists. (AWS CLI, `get-api-keys`)
            Rule::After(
                "--include-value",
                r"--include-values?[^\n]{0,200}value[^\n]{0,100}\n(?:[^\t\n]{1,80}\t){0,3}([A-Za-z0-9]{20,128})(?:\n(?:[^\t\n]{1,80}\t){0,3}([A-Za-z0-9]{20,128}))?(?:\n(?:[^\t\n]{1,80}\t){0,3}([A-Za-z0-9]{20,128}))?(?:\n|$)",
                Check::Mixed,
            ),
            Rule::Key(KeyRule {
                names: "api token|auth token|access token|bot token|deploy token|npm token|registry token|personal access token|\
                        sonar token|sentry token|snyk token|grafana token|vault token|consul token|influx token|service token|x jfrog art api",
                value: "[A-Za-z0-9_.-]{16,128}",
                check: Check::Irregular,
            }),
            // What Prometheus sends.
            Rule::Key(KeyRule { names: "^credentials", value: "[A-Za-z0-9]{24,128}", check: Check::Mixed }),
            // Of another product, or in base64.
            Rule::Key(KeyRule {
                names: "api key|api key value|x api key",
                value: "[A-Za-z0-9._~+/=-]{20,128}",
                check: Check::Generated,
            }),
        ],
        yes: &[
            "API_TOKEN: '‹nwtok_9fK2mQ7xR4vZ1›'",
            "authorization:\n  type: Bearer\n  credentials: ‹c665c41eabd3bf79f2d15c7554a1196c›\n",
            "curl -H 'X-JFrog-Art-Api: ‹AKCp8TLKa1QrccSInGKUydT9a6TciTmICea240XElmaJm›' http://x",
            "export AUTH_TOKEN=‹nwtok_9fK2mQ7xR4vZ1›",
            "API_KEY=‹8QT1vSw1CIHNOvZav9VI.o31unZsbnalQfN32KZthN9zRfaAgew›",
            "x-api-key: ‹j4EKfAlLbhu8eoXdCNTB7P5wryvZF06WzImxsROg›",
            "‹da2-abcdefghijklmnopqrstuvwxy2›",
        ],
        no: &[
            "access_token = get_token_v2_response",
            "auth_token: token-from-environment-2",
            "api_key = var.key",
            "api_key: aaaaaaaaaaaaaaaaaaaaaaaa",
        ],
        ..SECRET
    },
    Row {
        id: "ecr_auth_token",
        label: "ECR_TOKEN",
        rules: &[
            Rule::Literal("QVdTO", "QVdTO(?:[A-Za-z0-9+/=]|%2[BFbf]|%3[Dd]){30,}", Edge::Compound, Check::None),
            // The password of `docker login`: `{"payload":"` in base64.
            Rule::Literal("eyJwYXlsb2FkIjoi", "eyJwYXlsb2FkIjoi[A-Za-z0-9+/=_-]{30,}", Edge::Word, Check::None),
            Rule::Key(KeyRule { names: "authorization token", value: "[A-Za-z0-9+/=]{30,}", check: Check::Mixed }),
        ],
        yes: &[
            "AUTHORIZATIONDATA\t‹QVdTOnc1RTNvbzZ1Tm9PYnVEanVkdWV1Z1ByYU9BbGwraFNIbnVuR0Uz›\t",
            "docker login -u AWS -p ‹eyJwYXlsb2FkIjoiQ3p2T2F1cW5tT1pQVGZ5R0x6b0pKc2h2eHJ3Y1E2b0tX› https://x",
        ],
        no: &["QVdTO", "eyJwYXlsb2FkIjoi"],
        ..SECRET
    },
    Row {
        id: "sso_token",
        label: "SSO_TOKEN",
        rules: &[
            // The cache of the CLI, and the answers of the Identity Center's OIDC service.
            Rule::Literal("aoaAAAAA|aorAAAAA", "(?:aoa|aor)AAAAA[A-Za-z0-9+/=:_-]{30,}", Edge::Word, Check::Mixed),
        ],
        yes: &[
            r#""accessToken": "‹aoaAAAAAGhzR2Xk3bQm9vT1sYp4LwE8uN6cJd0fVgHiKo:MGUCMQDx0pPqv7Z8hYt1Rm2n4Kc›""#,
            r#"{\"refreshToken\": \"‹aorAAAAAGhzR2Xk3bQm9vT1sYp4LwE8uN6cJd0fVgHiKo›\"}"#,
        ],
        no: &["aoaAAAAA", "aoaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        ..SECRET
    },
    Row {
        id: "identity_token",
        label: "ID_TOKEN",
        rules: &[
            // A user pool's tokens and those of other providers, signed or encrypted, under the names that they have.
            Rule::Key(KeyRule {
                names: "id token|access token|refresh token|web identity token|identity token|client assertion|bearer token",
                value: r"(?:Bearer )?(eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){2,4})",
                check: Check::Mixed,
            }),
            Rule::After("bearer ", r"[Bb]earer ([A-Za-z0-9._~+/-]{20,}=*)", Check::Generated),
            // A user with a password, in base64. (RFC 7617)
            Rule::After(
                "authorization: basic |authorization\": \"basic |authorization \"basic ",
                r"(?i:authorization)[\x22']?:? ?[\x22']?[Bb]asic ([A-Za-z0-9+/]{12,256}={0,2})",
                Check::Mixed,
            ),
            // The logins to registries that Docker keeps.
            Rule::After(
                "\"auth\"|\"auth\\|_auth=|_auth =",
                r#"(?:"auth\\{0,7}"\s{0,4}:\s{0,4}\\{0,7}"|_auth\s?=\s?"?)([A-Za-z0-9+/]{8,400}={0,2})(?:\\{0,7}"|\s|$)"#,
                Check::Login,
            ),
            Rule::After("bearer ey", r"[Bb]earer (eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){2,4})", Check::Mixed),
        ],
        yes: &[
            r#""IdToken": "‹eyJraWQiOiJhYmMxMjMifQ.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl›""#,
            r#""RefreshToken": "‹eyJjdHkiOiJKV1QifQ.a1b2.c3d4.e5f6.g7h8›""#,
            "--web-identity-token ‹eyJraWQiOiJhYmMxMjMifQ.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl›",
            "Authorization: Bearer ‹eyJraWQiOiJhYmMxMjMifQ.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl›",
        ],
        no: &["next_token: eyJhbGciOiJIUzI1NiJ9", "access_token = var.token", "eyJraWQiOiJhYmMxMjMifQ"],
        ..SECRET
    },
    Row {
        id: "stream_key",
        label: "STREAM_KEY",
        rules: &[Rule::Literal("sk_", "sk_{region}_[A-Za-z0-9]{8,32}_[A-Za-z0-9]{8,64}", Edge::Compound, Check::Mixed)],
        yes: &["rtmps://x:443/app/‹sk_us-west-2_AbCdEf123456_567890abcdef›"],
        no: &["sk_test_4eC39HqLyjWDarjtT1zdp7dc", "sk_us-west-2_x"],
        ..SECRET
    },
    Row {
        id: "eks_token",
        label: "EKS_TOKEN",
        rules: &[Rule::Literal("k8s-aws-v1.", r"k8s-aws-v1\.[A-Za-z0-9_-]{60,}", Edge::Compound, Check::None)],
        yes: &["‹k8s-aws-v1.aHR0cHM6Ly9zdHMWT2e0ZGBNYq5EEfTNmJznBJuLwYfwYpP-5s3rtzcqiS1W6jMEyVrtCjLT6A3bF3f›"],
        no: &["k8s-aws-v1."],
        ..SECRET
    },
    Row {
        id: "kms_key_id",
        label: "KMS_KEY",
        rules: &[
            Rule::Id("mrk", Tail::Run(Class::Hex, 32..=32, Check::None)),
            // A key store that is an HSM's or somebody else's.
            Rule::Id("cks", Tail::Hex17),
            Rule::Key(KeyRule {
                names: "kms|kms key|kms key id|kms key identifier|kms key arn|kms master key|kms master key id|cmk id|kms cmk|kms id|key id|\
                        encryption key|encryption key id|kms anahtarı|master key|master key id|key identifier|kms 키|kms 키 id|\
                        kms キー|kms キー id|kms 密钥|kms 密钥 id|kms schlüssel|clave kms|clave de kms|clé kms|chiave kms|chave kms|ключ kms|klucz kms|kms-nyckel|kms-sleutel|kunci kms|khóa kms|キー id|密钥 id|金鑰 id|키 id|schlüssel-id|id de clave|id de la clave|id de clé|id della chiave|id da chave|id ключа|идентификатор ключа",
                // In a list, either may be the first.
                value: "(?:{uuid}|mrk-[0-9a-f]{32})",
                check: Check::None,
            }),
            Rule::After("/kms/keys/|%2fkms%2fkeys%2f", "(?:/kms/keys/|(?i:%2fkms%2fkeys%2f))({uuid})", Check::None),
            Rule::After("key '", "(?i:key) '({uuid})' does not exist", Check::None),
            // A row of aliases.
            Rule::After("alias/", r"alias/[A-Za-z0-9/_-]{1,250}\t({uuid})", Check::None),
            Rule::Resource(
                "kms_key|kms_external_key|kms_replica_key|kms_key_policy|AWS::KMS::Key",
                "({uuid})",
                Check::None,
            ),
            Rule::Arn("kms:key"),
        ],
        yes: &[
            "kms:Decrypt を追加（キーID：‹13f66298-e43e-4a1f-a5da-393b23ac12b8›）",
            r#""KeyId": "‹1234abcd-12ab-34cd-56ef-1234567890ab›""#,
            "arn:aws:kms:us-east-1:111122223333:key/‹1234abcd-12ab-34cd-56ef-1234567890ab›",
            "‹mrk-1234abcd12ab34cd56ef1234567890ab›",
            "--custom-key-store-id ‹cks-1234567890abcdef0›",
            "NotFoundException: Key '‹1234abcd-12ab-34cd-56ef-1234567890ab›' does not exist",
            "--key-id ‹1234abcd-12ab-34cd-56ef-1234567890ab›",
            "kms/home?region=us-east-1#/kms/keys/‹1234abcd-12ab-34cd-56ef-1234567890ab›",
        ],
        no: &[
            "request id 1234abcd-12ab-34cd-56ef-1234567890ab",
            "x-amzn-trace-id: 1234abcd-12ab-34cd-56ef-1234567890ab",
        ],
        ..ROW
    },
    Row {
        id: "kms_alias",
        label: "KMS_ALIAS",
        rules: &[
            Rule::Arn("kms:alias"),
            // With its prefix, wherever a key may be named.
            Rule::Key(KeyRule {
                names: "kms key|kms key id|kms key identifier|kms key arn|kms master key|kms master key id|cmk|cmk id|\
                        kms cmk|kms id|key id|encryption key|encryption key id|master key|master key id|key identifier|\
                        alias name|alias arn|kms alias|kms aliases|kms alias name|key alias|key aliases|target key id|kms 키|kms キー|kms 密钥|kms schlüssel|\
                        clave kms|clave de kms|clé kms|chiave kms|chave kms|ключ kms|klucz kms|kms-nyckel|kms-sleutel|kunci kms|khóa kms|kms key name|key name",
                value: "alias/([A-Za-z0-9/_-]{1,250})",
                check: Check::Customer,
            }),
            Rule::Key(KeyRule {
                // `KeyAlias` in the spelling of CloudFormation's parameters: a `keyAlias` is a key store's of Java.
                names: "kms alias|kms aliases|kms key alias|kms key aliases|kms alias name|kms key alias name|cmk alias|\
                        cmk aliases|=KeyAlias",
                value: "(?:alias/)?([A-Za-z][A-Za-z0-9/_-]{2,250})",
                check: Check::Name,
            }),
            Rule::Resource("kms_alias|AWS::KMS::Alias", "alias/([A-Za-z0-9/_-]{1,250})", Check::Customer),
            // Nothing else is written so in quotation marks.
            Rule::After("\"alias/|'alias/", r#"["']alias/([A-Za-z0-9/_-]{2,250})(?:["'\\]|$)"#, Check::Customer),
        ],
        yes: &[
            "arn:aws:kms:us-east-1:111122223333:alias/‹northwind-billing-key›",
            "kms_alias: ‹orders-data›\n",
            "KMS key alias = alias/‹orders-data›",
            "name = \"alias/‹orders-data›\"",
            "kms.Alias.fromAliasName(this, 'Key', 'alias/‹orders-data›')",
            "  KeyAlias: ‹orders-data›\n",
            "ParameterKey=KeyAlias,ParameterValue=‹orders-data›",
            "{\"AliasName\": \"alias/‹orders-data›\", \"TargetKeyId\": \"x\"}",
            "KMS_KEY_ID=alias/‹orders-data›\n",
            "aws kms encrypt --key-id alias/‹orders› --plaintext fileb://x",
            "aws_kms_alias.data: Refreshing state... [id=alias/‹orders-data›]",
        ],
        no: &[
            "arn:aws:kms:us-east-1:111122223333:alias/aws/s3",
            "alias/x",
            "kms_key_id = \"alias/aws/ebs\"",
            "kms_alias: string",
        ],
        ..ROW
    },
    Row {
        id: "secret_name",
        label: "SECRET",
        rules: &[Rule::Arn("secretsmanager:secret|ssm:parameter")],
        asked: &[
            Rule::Resource(
                "secretsmanager_secret|ssm_parameter|AWS::SecretsManager::Secret|AWS::SSM::Parameter",
                "([A-Za-z0-9/_][A-Za-z0-9/_+.@-]{2,511})",
                Check::Name,
            ),
            Rule::Key(KeyRule {
                names: "secret id|secret name|parameter name|ssm parameter|ssm parameters|secretsmanager secret",
                value: "[A-Za-z0-9/_][A-Za-z0-9/_+.@-]{2,511}",
                check: Check::Name,
            }),
            Rule::Key(KeyRule {
                names: "param|parameter|parameter path|ssm path|secret path|parameter store",
                value: "(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}){2,12}",
                check: Check::None,
            }),
            Rule::After(
                "get-parameter|put-parameter|delete-parameter|get-ssmparameter",
                r#"(?i:(?:get|put|delete)-(?:ssm)?parameter)[A-Za-z-]{0,12}{options} -{1,2}(?i:names?|path)[ =]["']?([A-Za-z0-9/_.-]{3,512})"#,
                Check::Name,
            ),
        ],
        yes: &[
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/‹orders/db-AbCdEf›",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:‹acme/db-AbCdEf›",
            "aws ssm get-parameter --with-decryption --name ‹/acme/orders/db-url›",
            "Get-SSMParameterValue -Name ‹/acme/orders/db-url› -WithDecryption $true",
            "aws secretsmanager put-secret-value --secret-id ‹acme/orders/db›",
        ],
        no: &["secret:x", "aws ssm get-parameter --region eu-west-1 | jq --name x-1"],
        ..ROW
    },
    Row {
        id: "certificate",
        label: "CERT",
        tier: Tier::Default,
        rules: &[Rule::Arn("acm:certificate|iam:server-certificate")],
        yes: &["arn:aws:acm:us-east-1:123456789012:certificate/‹0a8a7320-a441-4b04-b641-c8001e8d5f17›"],
        no: &["certificate/x"],
        ..ROW
    },
];
