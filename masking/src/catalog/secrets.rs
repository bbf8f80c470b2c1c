//! Credentials, and the keys that protect them.

use super::{Check, Class, Edge, KeyRule, ROW, Risk, Row, Rule, Tail, Tier};

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
            // A URL that CloudFront or the second version of S3's signatures lets pass.
            Rule::After("signature=", r"Signature=([A-Za-z0-9~_-]{60,700})(?:&|\\{1,7}u0026|; )", Check::Mixed),
            Rule::After("&signature=", r"&Signature=((?:[A-Za-z0-9+/]|%2[BF]){27}(?:=|%3D))", Check::Mixed),
        ],
        yes: &[
            "X-Amz-Signature=‹8450c4ef33cca47a7b2320beb7e0e8a5b29685c3074052c4d8f2d48344f80b39›",
            "?Policy=x&Signature=‹nitfHRCrtziwO2HwPfWw~yYDhUF5EwRunQA-j19DzZrvDh6hQ73lDx~-ar3UocvvRQVw6EkC~GdpGQyyOSKQim-TxAnW7d8F5Kkai9H›&Key-Pair-Id=x",
            "?AWSAccessKeyId=x&Signature=‹vjbyPxybdZaNmGa%2ByT272YEAiv4%3D›&Expires=1141889120",
        ],
        no: &["sha256=8450c4ef33cca47a7b2320beb7e0e8a5b29685c3074052c4d8f2d48344f80b39"],
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
    Row {
        id: "password",
        label: "PASSWORD",
        rules: &[
            Rule::Key(KeyRule {
                names: "password|passwd|pwd|db pass|ssh pass|user pass|root pass|admin pass|become pass|login pass|mysql pass|\
                        redis pass|postgres pass|passphrase|cipher pass|비밀번호|비번|패스워드|암호|パスワード|密码|\
                        口令|passwort|kennwort|contraseña|mot de passe|pw|senha|palavra passe|пароль|Пароль|пароля|\
                        паролем|hasło|hasła|wachtwoord|lösenord|heslo|şifre|Şifre|şifresi|Şifresi|parolası|密碼|kata sandi|mật khẩu|salasana|adgangskode|\
                        passord|jelszó|parola|parolă|Parolă|Hasło|Lösenord|lösenordet|Lösenordet|passordet|adgangskoden|salasanan|jelszava|jelszót|jelszavát|parolei|hesla|heslem|hasłem|พาสเวิร์ด|الرقم السري|पासवर्ड|รหัสผ่าน|كلمة المرور|كلمة السر|סיסמה|הסיסמה|κωδικός|Κωδικός|κωδικό|master passwd|pre shared key|preshared key|psk|\
                        pass phrase|passcode|password stdin|require pass|store pass|key pass|master auth|redis auth|\
                        snmp community|community string|tochararray|trap community|erlang cookie|auth pass|bindpw|bind passwd",
                value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{6,128}",
                check: Check::Password,
            }),
            // Longer than people remember: what programs make.
            Rule::Key(KeyRule {
                names: "password|passwd|pwd|passphrase|비밀번호|パスワード|密码|passwort|contraseña|mot de passe|senha|пароль",
                value: "[A-Za-z0-9+/=_.~-]{200,}",
                check: Check::Generated,
            }),
            // Words that name much else.
            Rule::Key(KeyRule {
                names: "secret|pass|shared key|secret key",
                value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{8,128}",
                check: Check::Scattered,
            }),
            Rule::Key(KeyRule { names: "pass", value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{8,128}", check: Check::Setting }),
            // What two routers of a connection share. (Direct Connect API reference, "BGPPeer")
            Rule::Key(KeyRule {
                names: "auth key",
                value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{8,128}",
                check: Check::Scattered,
            }),
            Rule::Key(KeyRule {
                names: "bgp auth key|bgp key|md5 key",
                value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{6,128}",
                check: Check::Password,
            }),
            Rule::Stored,
            Rule::UserInfo,
            // What Terraform has made, in its state and its plan. (Terraform's random provider, "random_password")
            Rule::Sibling(
                "bcrypt_hash",
                KeyRule { names: "result", value: "[^\\x00-\\x20\"]{6,128}", check: Check::Password },
            ),
            // The same as the value in the query of another URL.
            Rule::After(
                "%3a%2f%2f",
                r"(?i:%3a%2f%2f)[A-Za-z0-9_.-]{1,64}(?i:%3a)((?:[A-Za-z0-9._~!$*+-]|%[0-35-9A-Fa-f][0-9A-Fa-f]|%4[1-9A-Fa-f]){4,128})%40",
                Check::UrlPassword,
            ),
            // A driver of Oracle's names the user and the password in front of the host.
            Rule::After(
                "oracle:thin:",
                r"oracle:thin:[^\s/:@]{1,64}/([^\x00-\x20/@\x22'\\]{4,128})@",
                Check::UrlPassword,
            ),
            // A user of a database, in SQL.
            Rule::After(
                "identified ",
                r#"(?i:identified(?: with [^\s]{1,60})? by(?: password)?) {1,4}["'\\]{1,9}([^\x00-\x20"'\\]{0,127}[^\x00-\x20"'\\a-z][^\x00-\x20"'\\]{2,127})"#,
                Check::UrlPassword,
            ),
            // Of small letters alone, where it cannot be a word of a sentence.
            Rule::After(
                "identified ",
                r#"IDENTIFIED(?: WITH [^\s]{1,60})? BY(?: PASSWORD)? {1,4}["'\\]{1,9}([^\x00-\x20"'\\]{4,128})"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "identified ",
                r#"(?i:identified(?: with [^\s]{1,60})? by(?: password)?) {1,4}["'\\]{1,9}([^\x00-\x20"'\\]{4,128})["'\\]{1,9}\s{0,2}[;,)@]"#,
                Check::UrlPassword,
            ),
            // What people give each other: `the login is ops / Plum-tree_44`.
            Rule::After(
                "login is |login for |credentials: |creds are |creds: |zugangsdaten: ",
                r#"(?i:logins?|credentials|creds|zugangsdaten|zugang)[^\n/]{0,60}?(?: is|:| are| ist)? ["'`]?[A-Za-z0-9._@-]{2,64}["'`]? / ["'`]?([A-Z][A-Za-z]{2,24}[_.!#+&*%-][A-Za-z0-9_.!#+&*%-]{0,40}[0-9]{1,4}[!#+]?)(?:["'`\s,;)]|$)"#,
                Check::Given,
            ),
            // A user and a password in one argument: curl, HAProxy, cloud-init.
            Rule::After(
                "-u |-u\"|-u'|--user|proxy-user|user = |user: |user=|stats auth |userpwd",
                r#"(?i:-u|--user|proxy-user|user|stats auth|userpwd)[\s=:,"'\\]{0,6}[A-Za-z0-9_.@+-]{1,64}:([^\x00-\x20"'\\/]{6,128})"#,
                Check::Scattered,
            ),
            // What curl sends is a password, whatever it looks like.
            Rule::After(
                "curl ",
                r#"curl [^\n|;&]{0,200}?(?:-[A-Za-z]{0,6}u|--user|--proxy-user)[ =]{0,2}["'\\]{0,4}[A-Za-z0-9_.@+-]{1,64}:([^\x00-\x20"'\\/$<{}]{4,128})"#,
                Check::Given,
            ),
            // The page of HAProxy's statistics, and a proxy that Squid asks.
            Rule::After(
                "stats auth |login=",
                r#"(?i:stats auth |login=)[A-Za-z0-9_.@+-]{1,64}:([^\x00-\x20"'\\/$<{}%]{4,128})"#,
                Check::Given,
            ),
            // What SNMP, IPsec, Postfix and PgBouncer keep in files of their own.
            Rule::After(
                "snmp-server community |rocommunity |rwcommunity |trapcommunity ",
                r#"(?i:snmp-server community|r[ow]community|trapcommunity) ["']?([^\x00-\x20"'\\$<{]{6,64})"#,
                Check::Given,
            ),
            Rule::After(
                "authcommunity ",
                r"(?i:authcommunity) [a-z,]{3,30} ([^\x00-\x20\x22'\\$<{]{4,64})",
                Check::Given,
            ),
            Rule::After(
                "createuser ",
                r#"(?i:createuser) [^\s]{1,64} (?:MD5|SHA[0-9-]{0,6}) "?([^\x00-\x20"$<{]{6,64})"?(?: (?:DES|AES[0-9]{0,3}) "?([^\x00-\x20"$<{]{6,64}))?"#,
                Check::Given,
            ),
            Rule::After("check_snmp ", r#"check_snmp [^\n]{0,160}? -C ["']?([^\x00-\x20"'\\$<{]{4,64})"#, Check::Given),
            // Options of programs that have no other meaning.
            Rule::After(
                "mosquitto_sub |mosquitto_pub ",
                r#"mosquitto_[ps]ub [^\n|;]{0,200}?-P ["']?([^\x00-\x20"'\\$<{]{4,128})"#,
                Check::Given,
            ),
            Rule::After(
                "insecure-password |remote_password |net ads |net rpc |smbclient |rpcclient ",
                r#"(?i:insecure-password |remote_password |(?:net ads|net rpc|smbclient|rpcclient) [^\n]{0,120}?-U ['"]?[^\s%'"]{1,64}%)([^\x00-\x20"'\\$<{]{4,128})"#,
                Check::Given,
            ),
            Rule::After(
                ": eap |: xauth |: ntlm |: pin |: psk ",
                r#": (?:EAP|XAUTH|NTLM|PIN|PSK) "([^"\n$<{]{4,128})""#,
                Check::UrlPassword,
            ),
            Rule::After(
                "]:587 |]:465 |]:25 |]:2525 |]:587\t|]:465\t|]:25\t",
                r#"\]:[0-9]{2,5}[ \t]{1,8}[A-Za-z0-9_.@+-]{1,128}:([^\x00-\x20"'\\$<{]{4,128})"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "userlist.txt",
                r#"userlist\.txt[^\n]{0,40}\n(?:[;#][^\n]{0,100}\n)?"[^"\n]{1,64}" "([^"\n]{4,128})"(?:\n"[^"\n]{1,64}" "([^"\n]{4,128})")?(?:\n"[^"\n]{1,64}" "([^"\n]{4,128})")?"#,
                Check::UrlPassword,
            ),
            // A registry of schemas takes a user and a password in one.
            Rule::After(
                "auth.user.info",
                r#"auth\.user\.info\\{0,7}["']?\s{0,2}[:=]\s{0,2}\\{0,7}["']?[^:\s"'\\]{1,64}:([^\x00-\x20"'\\$<{]{4,128})"#,
                Check::Given,
            ),
            Rule::After(
                "->credentials(",
                r#"->credentials\(\s{0,20}(?:['"][^'"\n]{0,100}['"],\s{0,20}){2}['"][^'"\n]{0,64}['"]\s{0,4}(?:=>|,)\s{0,4}['"]([^'"\n]{4,128})['"]"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "check_rabbitmq|check_mysql|check_pgsql|check_mssql",
                r#"check_[a-z_]{5,24} [^\n]{0,160}? -(?:p|-password)[ =]["']?([^\x00-\x20"'\\$<{]{4,64})"#,
                Check::Given,
            ),
            // A file with a user on its first line and the password on the second. (OpenVPN, `--auth-user-pass`)
            Rule::After(
                "auth.txt\n|userpass.txt\n|credentials.txt\n|login.conf\n|pass.txt\n",
                r"[a-z]{4,11}\.(?:txt|conf)\n[A-Za-z0-9._@-]{1,64}\n([^\x00-\x20$]{6,128})\n",
                Check::Given,
            ),
            Rule::After(
                ".erlang.cookie",
                r"\.erlang\.cookie[^\n]{0,40}\n#?\s{0,8}([A-Z0-9]{20,40})(?:\s|$)",
                Check::None,
            ),
            // Commands that are given one: registries, archives, files that are encrypted, a variable of Windows, Redis.
            Rule::After(
                "docker login |podman login |registry login |skopeo login |oc login ",
                r#"[a-z]{2,8} login [^\n|;]{0,160}?(?:-p|--password)[ =]["']?([^\x00-\x20"'\\$<{-][^\x00-\x20"'\\]{3,127})"#,
                Check::Given,
            ),
            Rule::After(
                "encrypt_string ",
                r#"encrypt_string (?:--?[a-z-]{1,30}[ =][^\s'"]{1,80} ){0,3}["']([^"'\n$<{]{4,128})["']"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "mongosh |mongodump |mongorestore |mongoexport |mongoimport ",
                r#"mongo[a-z]{2,7} [^\n|;]{0,200}?(?: -p ?| --password[ =])["']?([^\x00-\x20"'\\$<{-][^\x00-\x20"'\\]{3,127})"#,
                Check::Given,
            ),
            Rule::After(
                "openssl enc ",
                r#"openssl enc [^\n|;]{0,160}? -k ["']?([^\x00-\x20"'\\$<{-][^\x00-\x20"'\\]{3,127})"#,
                Check::Given,
            ),
            Rule::After(
                "zip -p |unzip -p |zip -r -p|unzip -o -p",
                r#"(?:un)?zip (?:-[a-zA-Z]{1,6} ){0,3}?-P (?:["']([^"'\n$<{]{4,128})["']|([^\x00-\x20"'\\$<{-][^\x00-\x20"'\\]{3,127}))"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "7z x |7z a |7z e |7za x |7za a ",
                r#"7za? [a-z] [^\n|;]{0,120}?-p["']?([^\x00-\x20"'\\$<{-][^\x00-\x20"'\\]{3,127})"#,
                Check::Given,
            ),
            Rule::After(
                "setx ",
                r#"(?i:setx [A-Z0-9_]{0,40}(?:pass|passwd|password|pwd|secret|token)) "?([^"\n%$<{]{4,128}?)"?(?: /M)?(?:\r|\n|$)"#,
                Check::Given,
            ),
            Rule::After(
                "requirepass |masterauth ",
                r#"(?:requirepass|masterauth) ["']?([^\x00-\x20"'\\$<{]{4,128})["']?(?:\r|\n|$)"#,
                Check::Given,
            ),
            // Devices of a network: in clear, or so that everybody can read it.
            Rule::After(
                "password 0 |password 7 |key 0 |key 7 |ascii 0 ",
                r#"(?:password|secret|key|ascii) (?:7 ([0-9A-F]{8,128})|0 ([^\x00-\x20"'$<{]{6,128}))(?:\r|\n|$)"#,
                Check::Given,
            ),
            Rule::After(
                "isakmp key |ascii-text \"|password-value ",
                r#"(?:isakmp key (?:[06] )?([^\x00-\x20"'$<{]{6,128}) (?:address|hostname)|ascii-text "([^"\n]{6,128})"|password-value "?([^\x00-\x20"'$<{]{6,128}))"#,
                Check::Given,
            ),
            Rule::After(
                "auth sha |auth md5 |auth sha-256 ",
                r"auth (?:sha|md5|sha-256) ([^\x00-\x20\x22'$<{]{6,64})(?: priv (?:aes|des|3des)(?: [0-9]{3})? ([^\x00-\x20\x22'$<{]{6,64}))?",
                Check::Given,
            ),
            // Of another cloud.
            Rule::After(
                "sharedaccesskey=|accountkey=",
                "(?:SharedAccessKey|AccountKey)=([A-Za-z0-9+/]{40,90}={0,2})",
                Check::Mixed,
            ),
            // A linked server of SQL Server, and a table of another database in ClickHouse.
            Rule::After(
                "sp_addlinkedsrvlogin",
                r"(?i:sp_addlinkedsrvlogin)[^\n;]{1,200},\s{0,4}(?:@rmtpassword\s{0,2}=\s{0,2})?N?'([^'\n]{4,128})'\s{0,2}[;\n]",
                Check::UrlPassword,
            ),
            Rule::After(
                "mysql('|postgresql('|mongodb('|remote('|remotesecure('",
                r"(?i:mysql|postgresql|mongodb|remote(?:secure)?)\((?:'[^'\n]{0,200}',\s{0,2}){3,4}'([^'\n]{4,128})'\s{0,2}[,)]",
                Check::UrlPassword,
            ),
            // A machine of netrc, on one line or on three. (GNU inetutils, "The .netrc file")
            Rule::After(
                "machine ",
                r"machine [A-Za-z0-9_-]{1,63}\.[A-Za-z0-9._-]{2,100}\s{1,8}login [^\s]{1,100}\s{1,8}password ([^\s$<{]{4,128})",
                Check::UrlPassword,
            ),
            Rule::After(
                "chpasswd",
                r#"chpasswd:\s{1,20}\{?\s{0,20}(?:list|users):\s{0,4}[|"']?\s{0,20}[a-z_][a-z0-9_-]{0,31}:([^\x00-\x20"'\\]{6,128})"#,
                Check::Password,
            ),
            // The second argument of calls that take a user and a password, and the third of those that connect.
            Rule::After(
                "frompassword(|basicauth(|basic_auth(|passwordcredentials(|passwordauthentication(|networkcredential(|auth=(|\
                        .login(|.auth(|.authenticate(",
                r#"[A-Za-z_.=]{3,40}\(\s{0,20}(?:["'][^"'\n]{0,100}["']|[\w.$]{1,40}),\s{0,20}(?:[A-Za-z.:_]{1,40}\()?["']([^\x00-\x20"'\\]{6,128})["']"#,
                Check::Password,
            ),
            Rule::After(
                "pdo(|dbi->connect(|mysqli(|mysqli_connect(|mysql_connect(|getconnection(|ldap_bind(|mysqldb.connect(|pymysql.connect(|\
                        plainauth(|imap_open(",
                r#"[A-Za-z_.>-]{3,20}\(\s{0,20}(?:(?:["'][^"'\n]{0,200}["']|[\w.$]{1,40}),\s{0,20}){2}["']([^\x00-\x20"'\\]{6,128})["']"#,
                Check::Password,
            ),
            // A source of replication: its host, its port, its user. (RDS user guide, "mysql.rds_set_external_master")
            Rule::After(
                "rds_set_external_",
                r"(?i:rds_set_external_)[a-z_]{4,40}\s?\(\s{0,20}'[^'\n]{1,255}',\s{0,20}[0-9]{1,5},\s{0,20}'[^'\n]{1,80}',\s{0,20}'([^\x00-\x20'\\]{4,128})'",
                Check::UrlPassword,
            ),
            // A secret of a stack in the CDK, and a setting of Pulumi's that is one.
            Rule::After(
                "unsafeplaintext(|unsafe_plain_text(|secretvalue.plaintext(",
                r#"[A-Za-z_.]{9,24}\(\s{0,20}["']([^\x00-\x20"'\\]{6,128})["']"#,
                Check::Password,
            ),
            Rule::After(
                "pulumi config set ",
                r"pulumi config set (?:-[^\s]{1,20} )?[A-Za-z0-9_.:-]{1,80} ([^\x00-\x20\x22'$<-][^\x00-\x20\x22']{5,127}) --secret",
                Check::UrlPassword,
            ),
            Rule::After(
                "pulumi config set --secret ",
                r"pulumi config set --secret [A-Za-z0-9_.:-]{1,80} ([^\x00-\x20\x22'$<-][^\x00-\x20\x22']{5,127})",
                Check::UrlPassword,
            ),
            // At Redis' prompt, in its protocol as people write it, and its answer to a question.
            Rule::After(
                "> auth |requirepass\"",
                r#"(?i:> auth (?:[a-z][\w-]{1,32} )?"?|requirepass"\s{1,4}2\) ")([^\x00-\x20"'\\]{6,128})"#,
                Check::UrlPassword,
            ),
            Rule::After(
                "convertto-securestring ",
                r#"(?i:convertto-securestring) (?:-[Ss]tring )?["']([^\x00-\x20"'\\]{6,128})["']"#,
                Check::Password,
            ),
            Rule::After(
                "set password for ",
                r#"(?i:set password for) [^\s=]{1,160} ?= ?(?:(?i:password)\()?[\x22']([^\x00-\x20\x22'\\]{4,128})"#,
                Check::UrlPassword,
            ),
            // A password file and a command line of databases. (PostgreSQL documentation, "The Password File")
            Rule::After(
                ":5432:|:5439:|:3306:|*:*:*:",
                r"(?::[0-9]{4}|\*:\*):(?:[^:\s]{1,63}):(?:[^:\s]{1,63}):([^\s]{6,128})",
                Check::Password,
            ),
            Rule::After(
                "sqlplus ",
                r"sqlplus (?:-[A-Za-z]{1,2} )?['\x22]?\w{1,40}/([^\s@'\x22]{6,128})@",
                Check::Password,
            ),
            Rule::After(
                "-passin |-passout |-pass pass:|-pass \"|-pass '",
                r"-pass(?:in|out)? ['\x22]?pass:['\x22]?([^\s'\x22<$][^\s'\x22]{3,127})",
                Check::UrlPassword,
            ),
            // What a script of expect answers to a question for one, on the next line or in the same braces.
            Rule::After(
                "expect \"|expect -|expect {|assword:\"|assword:*\"|assword: \"|assword*\"|assword: *\"|assphrase",
                r#"(?:expect (?:-[a-z]{2,6} ){0,3}[\x22{]\s{0,20}\x22?[^\x22\n]{0,40})?ass(?:word|phrase)[^\x22}\n]{0,40}[\x22}]\s{0,20}\{?\s{0,20}(?:exp_)?send (?:-[a-z-]{0,4} ){0,2}\x22([^\x22\n$]{4,128}?)\\{1,7}[rn]"#,
                Check::UrlPassword,
            ),
            // Options and properties of a connection that a program sets.
            Rule::After(
                ".option(\"|.option('|setproperty(\"|.put(\"pass",
                r#"[.A-Za-z]{4,12}\(["'][A-Za-z.]{0,40}[Pp]assword["'],\s{0,20}["']([^"'\n]{4,128})["']\)"#,
                Check::UrlPassword,
            ),
            Rule::After("net user ", r"(?i:net user) [^\s/]{1,64} ([^\s/*-][^\s]{5,127})", Check::Password),
            Rule::After("/pass:", r"/pass:([^\s'\x22]{6,128})", Check::Password),
            Rule::After(
                "-storepass |-keypass |-srcstorepass |-deststorepass |-srckeypass |-destkeypass ",
                r"-(?:src|dest)?(?:store|key)pass ([^\s'\x22]{6,128})",
                Check::Password,
            ),
            // What a filter was asked for, and a store of passwords.
            Rule::After(
                "jq -r .|jq -r '.|jq .|jq '.|yq .|yq '.|jsonpath='{.|pass show ",
                r#"(?:[jy]q (?:-r )?'?\.|jsonpath='\{\.|pass show )[^\n]{0,80}?(?i:pass|pwd|secret|token|/)[^\n]{0,120}\n"?([^\x00-\x20"]{8,128})"?(?:\n|$)"#,
                Check::Scattered,
            ),
            Rule::After("securestring\t", r"SecureString\t([^\t\r\n]{4,256})\t[0-9]", Check::UrlPassword),
            // A row of parameters, and commands of pipelines.
            Rule::After("securestring  ", r"SecureString  \|  ([^\x00-\x20|]{6,256})  ", Check::Password),
            Rule::After("issecret=true]", r"(?i:issecret=true\])([^\x00-\x20\x22']{6,256})", Check::Password),
            Rule::After("::add-mask::", r"::add-mask::([^\x00-\x20\x22']{6,256})", Check::Password),
            // An answer that is a value alone.
            Rule::After(
                "get-parameter |get-secret-value |get-random-password",
                r"get-(?:parameter|secret-value|random-password)[^\n]{0,300}(?:Parameter\.Value|SecretString|RandomPassword)[^\n]{0,100}\n\x22?([^\x00-\x20{$\x22][^\x00-\x20\x22]{5,255})\x22?\n",
                Check::Digit,
            ),
            // Options of clients of databases and of ssh.
            Rule::After(
                "mysql|mariadb|redis-cli|sqlcmd |sshpass|ldapsearch|ldapmodify|ldapadd|ldapwhoami|htpasswd -|net use ",
                r#"(?:ldap[a-z]{3,6}[ \t][^\x00-\x1f|;&]{0,200}?-w[ \t]|htpasswd -[a-zA-Z]{1,6} [^\s]{1,100} [^\s]{1,64} |net use (?:[A-Za-z*]: )?\\\\[^\s]{1,120} (?:/user:[^\s]{1,64} )?|(?:mysql|mariadb)(?:dump|admin|import|sh)?(?:[ \t][^\x00-\x1f|;&]{0,200}?)?[ \t]-p|redis-cli[ \t][^\x00-\x1f|;&]{0,200}?(?:-a|--pass)[ \t]|sshpass[ \t]+-p[ \t]?|sqlcmd[ \t][^\x00-\x1f|;&]{0,200}?-P[ \t]?)["'\\]{0,4}([^\x00-\x20"'\\$-][^\x00-\x20"'\\]{5,127})"#,
                Check::UrlPassword,
            ),
        ],
        yes: &[
            "DB_HOST=db.example.org\nDB_PASSWORD=‹Wintermute›\nDB_NAME=o\n",
            "environment:\n  MYSQL_ROOT_PASSWORD: \"‹Elch im Nebel›\"",
            "define( 'DB_PASSWORD', '‹Elch im Nebel 4›' );",
            "Server=h;User Id=app;Password=‹Kormoran See›;Timeout=1",
            "数据库密码：‹QiuTian@2026›。",
            "snmp-server community ‹gullWing-RO› ro\n",
            "authCommunity log,execute,net ‹tr4p.Door›\ncreateUser lnms SHA \"‹hazel.Copse.8›\" AES \"‹acorn.Cup.11›\"\n",
            "check_snmp -H 10.160.0.3 -C ‹cl0ver.Field› -o 1.3.6.1.2.1.1.3.0",
            "mosquitto_sub -h broker -u anzeige -P ‹nurLesen-77› -t 'werk/#'",
            "    user ops insecure-password ‹Ballast.Tank.4›\nremote_password ‹Zahnrad!Welle›\n",
            "net ads join -U 'svc_join%‹harbour.M4ster›'",
            "password: ‹barley-STRAW›\n",
            "password = \"‹limpet-Tide›\"\n",
            "user: {username: ops, password: ‹mudflat_Wader›}",
            "snmp_community=‹orr3ry_ro›\n",
            "roadwarrior : EAP \"‹lavender-Mile-40›\"\n",
            "[mail.partner.example]:465 relay-out:‹Tuppence/Wren7›\n",
            "$ sudo head -3 /etc/pgbouncer/userlist.txt\n\"pgb_auth\" \"‹q7Rt0zPLmm2x›\"\n\"app\" \"‹Heron-7-Quay›\"\n",
            "EXEC sp_addlinkedsrvlogin N'RPT', 'false', NULL, N'rpt_link', N'‹tH3-Linked-0ne›';",
            "SELECT * FROM mysql('10.19.3.8:3306', 'shop', 'orders', 'ch_ro', '‹Hide&Tallow›') LIMIT 1;",
            "  erlangCookie: ‹ntrFxpAJKJMOf8MKmW2GKPD3›\n",
            "后台管理员密码已重置为 ‹HeHua%2026sg›，请尽快修改",
            "数据库密码还是 ‹Dingdan_2023#› 吗？",
            "王磊：数据库密码？\n赵敏：已经换成 ‹n8KcLw!4zRt›，不要发到外面",
            "관리자 비밀번호(임시): ‹rhksflwk#Prd7›",
            "Passwort des Nutzers „admin“: ‹Nebel!Kraehe58›. Danach",
            "<bgp_asn>65000</bgp_asn>\n<bgp_auth_key>‹asdf34example›</bgp_auth_key>",
            "REDIS_AUTH=‹b7Qm2Zk9xV4nT1pL›",
            "psycopg2.connect(host=\"db\", user=\"app\", password=\"‹Dachs im Bau›\", dbname=\"o\")",
            "export PGPASSWORD='‹Hering in Aspik›' PGHOST=db.example.org",
            "docker run -e MYSQL_ROOT_PASSWORD=\"‹Elch im Nebel›\" mysql",
            "curl -u elastic:‹Sprotte_44› https://search.example.org/_cat/indices",
            "    stats auth admin:‹l00m-w3aver›\n",
            "cache_peer proxy.acme.test parent 3128 0 no-query login=edge:‹Heron-7-Quay›",
            "Server=db;Database=Orders;User Id=app;Password=‹9pL;no?xY›;TrustServerCertificate=True",
            "curl -sk --user \"admin:‹hunter2›\" https://search.example.org",
            "connectionString=\"Server=h.example.org;Database=o;User Id=checkout;Password=‹Kupfer›;Timeout=1;\"",
            "psql \"host=h user=checkout password=‹Rochen_ohne_Ende› dbname=orders\"",
            "mysql -h orders-prod -u admin -p‹Xk39abcdQ7f2› orders",
            "redis-cli -h cache -a ‹Xk39abcdQ7f2abc› ping",
            "10.0.0.7:6379> AUTH app ‹Tr0ub4dor&3!x›\n",
            "1) \"requirepass\"\n2) \"‹Tr0ub4dor&3!x›\"\n",
            "db.auth(\"ana\", \"‹Tr0ub4dor&3!x›\")",
            "SecretValue.unsafePlainText(\"‹hunter2orders›\")",
            "pulumi config set dbPassword ‹hunter2orders› --secret\n",
            "pulumi config set --secret acme:smtp ‹hunter2orders›\n",
            "sshpass -p '‹Xk39abcdQ7f2›' ssh host",
            "curl -u 'app:‹GHE8LBek&Qbwu3!›' https://x",
            "proxy-user = \"ops:‹di2AeEA3YkqRje›\"",
            "  stats auth admin:‹2jBkhOrI4LHbOX›\n",
            "chpasswd: { list: \"ubuntu:‹YpNTHsZAIkHT9d›\", expire: false }",
            "new PDO('mysql:host=db', 'app', '‹t4v+J+k5q-j3ml0V2O›')",
            "mysqli_connect($host, \"app\", \"‹lyXlnCWyEd3vcr›\", \"app\")",
            "Credentials.fromPassword(\"app\", SecretValue.unsafePlainText(\"‹akJSoYa6VY2rGP›\"))",
            "$p = ConvertTo-SecureString '‹uL8z7yQTETM7GC›' -AsPlainText -Force",
            "Environment=\"DB_PASSWORD=‹FK&^?Ch~~h3&AUW*DB›\" \"LEVEL=info\"",
            "  pass: \"‹3?ONl~mB~HIcu!?K9a›\"",
            "password: Some(\"‹4LFDw$K9e-8B$e2WA7›\")",
            "\"authKey\": \"‹0xC_ukbCerl6EYA0u7rt›\"",
            "vlan=101,asn=65000,authKey=‹0xzxgA9YoW9h58u8Sq›,mtu=1500",
            "REDIS_PASSWORD=‹correct.horse.battery›\n",
            "DB_PASSWORD_PROD=‹aB3xQ9zLm2Kp7tQQ›\n",
            "passwordOld: \"‹aB3xQ9zLm2Kp7tQQ›\"",
            "<wsse:Password Type=\"http://example.org/a#PasswordText\">‹aB3xQ9zLm2Kp7t›</wsse:Password>",
            "password: &pw \"‹aB3xQ9zLm2Kp7t›\"",
            "ldapsearch -x -D cn=admin -w '‹aB3xQ9zLm2Kp7t›' -H ldap://x",
            "*:*:*:postgres:‹aB3xQ9zLm2Kp7t›\n",
            "sqlplus app/‹aB3xQ9zLm2Kp7t›@PRIVET",
            "Password for EC2 instance i-0f3a9b2c4d5e6f708 (Administrator): ‹aB3xQ9zLm2Kp7t›",
            "the new password for <b>orders</b> is <code>‹6p%d^Qt~Dz6Xd5zSVb›</code>.<br/>",
            "Password\n‹aB3xQ9zLm2Kp7t›\n",
            "<entry key=\"db.password\">‹aB3xQ9zLm2Kp7t›</entry>",
            "<Parameter name=\"password\"><value>‹aB3xQ9zLm2Kp7t›</value></Parameter>",
            "CMD [\"app\", \"--db-password\", \"‹aB3xQ9zLm2Kp7t›\"]",
            "args:\n  - --password\n  - ‹aB3xQ9zLm2Kp7t›\n",
            "{password, \"‹aB3xQ9zLm2Kp7t›\"}",
            "[\"password\", \"‹aB3xQ9zLm2Kp7t›\"]",
            "**DB password**<br>`‹1lP_lK5#j5!L6d3pPr›`",
            "$ echo $DB_PASSWORD\n‹aB3xQ9zLm2Kp7t›\n",
            "$ terraform output -raw db_password\n‹aB3xQ9zLm2Kp7t›\n",
            ">>> os.environ[\"DB_PASSWORD\"]\n'‹aB3xQ9zLm2Kp7t›'\n",
            "Password:\n```\n‹aB3xQ9zLm2Kp7t›\n```\n",
            "## DB Password\n\n‹aB3xQ9zLm2Kp7t›\n",
            "password: |-\n    ‹aB3xQ9zLm2Kp7t›\n",
            "<password><![CDATA[‹aB3xQ9zLm2Kp7t›]]></password>",
            "password — ‹aB3xQ9zLm2Kp7t›",
            r#"{\x22password\x22:\x22‹aB3xQ9zLm2Kp7t›\x22}"#,
            "\"user\",\"x\"\n\"password\",\"‹aB3xQ9zLm2Kp7t›\"\n",
            "form-data; name=\"password\"\r\n\r\n‹aB3xQ9zLm2Kp7t›\r\n--x",
            "| **Env** | **Password** |\n|---|---|\n| `prod` | `‹aB3xQ9zLm2Kp7t›` |\n",
            "| user | password |\n| ana | ‹aB3xQ9zLm2Kp7t› |\n| bob | ‹aB3xQ9zLm2Kp7u› |\n",
            "┃ Env  ┃ Password       ┃\n┡━━━━━━╇━━━━━━━━━━━━━━━━┩\n│ prod │ ‹aB3xQ9zLm2Kp7t› │\n",
            "Env, Password\nprod, ‹aB3xQ9zLm2Kp7t›\n",
            "INSERT INTO t (env, password) VALUES ('prod', '‹aB3xQ9zLm2Kp7t›'), ('dev', '‹Zk8wYt5nRq2Lv6›');",
            "COPY public.t (env, password) FROM stdin;\nprod\t‹aB3xQ9zLm2Kp7t›\n",
            "<tr><td><b>Env</b></td><td><b>Password</b></td></tr><tr><td>prod</td><td><span><code>‹aB3xQ9zLm2Kp7t›</code></span></td></tr>",
            "| | prod | dev |\n|---|---|---|\n| Password | ‹aB3xQ9zLm2Kp7t› | ‹Zk8wYt5nRq2Lv6› |\n",
            "<meta name=\"password\" content=\"‹aB3xQ9zLm2Kp7t›\">",
            "~ password = null -> \"‹aB3xQ9zLm2Kp7t›\"",
            "2026-01-09 08:00:00 INFO  [main] c.a.B - - name: DB_PASSWORD\n2026-01-09 08:00:00 INFO  [main] c.a.B -   value: ‹aB3xQ9zLm2Kp7t›\n",
            "a.yaml:- name: DB_PASSWORD\na.yaml:  value: ‹aB3xQ9zLm2Kp7t›\n",
            "#12 3.141 - name: DB_PASSWORD\n#12 3.142   value: ‹aB3xQ9zLm2Kp7t›\n",
            "$ aws ssm get-parameter --name /a --query Parameter.Value --output text\n‹R5tSo-Yu%20VGOP6Pc›\n",
            "Password = @\"‹J=EY@nRomOzZw*G2?J›\"",
            "PASSWORDS = {\"dev\": \"‹Vd8oaewWFJPD5P›\", \"prod\": \"‹Tceu&+3z=6r^56FA@2›\"}",
            "Mot de passe : ‹Ok*&I9q8c@2OT?1V37›",
            "Пароль от базы: ‹qJmbZaKT-P8MP!%8Nl›",
            "|Password|{noformat}‹5^VDqIXE#_%oe*iq8Z›{noformat}|",
            r"Passwort & \verb|‹e5d7y5ITHTFLgP›| \\",
            "<th><p>Master password</p></th><td><p><code>‹YE92uRGZCPMfB7›</code></p></td>",
            "! Account !! Passwort\n|-\n| 1 || ‹1CmwQZy69S70NH›\n|}",
            "ansible_ssh_pass: \"‹Sup3rS3cret!x›\"",
            "MasterUserPassword=‹Passw0rd1›",
            "--master-user-password ‹Passw0rd!!1› --output table",
            "postgresql://app:‹Xk39abcd›@host",
            "https://deploy:‹Xk39-abcd›@git.example.com/a.git",
            "amqps://app:‹Xk39@ab$d›@mq:5671",
            r"rediss:\/\/:‹Xk39-abcd›@cache:6379",
            "jdbc:oracle:thin:app/‹Xk39abcd›@//db:1521/x",
            "CREATE USER 'app'@'%' IDENTIFIED BY '‹Xk39-abcd›';",
            "create role app login password '‹Xk39-abcd›' valid until 'infinity'",
            "postgresql+psycopg2://app:‹Xk39!abcd›@host",
            "DATABASE_URL=mysql2://app:‹Xk39-abcd$›@host/db",
            "define( 'DB_PASSWORD', '‹Xk39abcdQ7f2›' );",
            // A phrase has no digit; signs that end a value elsewhere belong to one that is alone on its line.
            "password: \"‹correct-horse-battery-staple›\"",
            "\"MasterUserPassword\": \"‹LetMeInPlease›\"",
            "MYSQL_PWD=‹abc!def#ghi›\n",
            "password: ‹Pa55,w0rd;x›\n",
            "<password>‹Pa55&amp;w0rd›</password>",
            "repo1-cipher-pass=‹Zx1Aq8Wk3QfLkjAsDf0lkJaSdaB3dEf9hIjK2m9v›\n",
            r#"\"Type\": \"SecureString\", \"Value\": \"‹hunter21›\""#,
            r#"{"Name": "/a", "Value": "‹hunter21›", "Type": "SecureString"}, {"Value": "eu-1", "Type": "String"}"#,
            "aws ssm put-parameter --name /a --value '‹hunter21›' --overwrite \\\n  --type SecureString",
            "  type  = \"SecureString\"\n  tier  = \"Standard\"\n  value = \"‹hunter21›\"",
            "--secret-string '‹zT9mQe4LwX2rV7kP0sHd›'",
            "secret_string = \"‹zT9mQe4LwX2rV7kP0sHd›\"",
            r#""SecretString": "{\"username\":\"app-user1\",\"port\":5432,\"stripe_token\":\"‹zT9mQe4LwX2rV7kP0sHd›\"}""#,
            "secret_string = jsonencode({\n  user = \"app\"\n  hmac = \"‹zT9mQe4LwX2rV7kP0sHd›\"\n})",
            r#"{\"username\": \"app\", \"password\": \"‹S2trth5RmyuekksK*kUtTXuFW›\"}"#,
            // A quotation ends at its mark, a member of a list at the sign behind it, and letters may be by chance.
            "\"password\": \"‹Tr0ub4dor &3›\"",
            "PWD=‹1G:#Wmo4u0qu|@pb9^mC›;Port=1",
            "Server=h;PWD=‹1G:#Wmo4u0qu|@pb9^mC›;Port=1",
            "db: {user: app, password: ‹aB3xQ9zLm2Kp7t›}",
            "password: ${DB_PASSWORD:‹aB3xQ9zLm2Kp7t›}",
            "DB_PASSWORD=‹qkxjvbwzpltmhgrd›",
            "user=app password=‹1EjOpI› host=db",
            "Das Passwort lautet ‹correct-horse-battery-9staple›",
        ],
        no: &[
            "POSTGRES_PASSWORD=postgres\nPOSTGRES_DB=orders\n",
            "DB_PASSWORD=dbpassword\n",
            "DB_PASSWORD=db_value\n",
            "{\"WRONG_PASSWORD\": \"Das war falsch\"}",
            "WRONG_PASSWORD=\"That is not the right password\"",
            "PASSWORD_PROMPT='Please type it in'",
            "DB_PASSWORD=\"$(cat /run/secrets/db password)\"",
            "curl -u user:password https://x.example.org",
            "curl -u \"$ES_USER:$ES_PASS\" https://x.example.org",
            "curl -u elastic:changeme https://x.example.org",
            "docker run -u build:builders image",
            "Server=h;User Id=u;Password=yourpassword;",
            "DSN: \"host=db user=postgres password=postgres dbname=postgres\"",
            "db_password: \"{{ vault_db_password | b64decode }}\"",
            "password: string",
            "password = var.db_password",
            "\"password\": \"Must be at least 8 characters\"",
            "password: unchanged",
            "The password is base64-encoded.",
            "Password change 2024",
            "password_hash = x9",
            "password=os.environ[\"NEW_PW\"]",
            "postgresql://app:${PASS1234}@host",
            "postgresql://app:$PASS1234@host, postgresql://app:%(pass1)s@host, postgresql://app:<pass1>@host",
            "http://localhost:8080/a@b and https://user@host:8443/x and https://user:password@host",
            "git@example.com:acme/app1.git",
            "password = generate_password(16)",
            "password: <your-password-1>",
            "pass: \"2024-01-01\"",
            "password: Some(\"password\".to_string())",
            "user: \"example:image1\"",
            "getConnection(url, user, pass)",
            "password = env.get(\"DB_PASS1\")",
            "password {{ db_pass1 }}",
            "password_policy: \"length-12\"",
            "Password\nStatus2024\nNext",
            "[\"password\", \"username\"]",
            "getParameter(\"password\", \"text\")",
            "password: \"my-database-secret-name\"",
            "\"MasterUserPassword\": \"DatabaseMasterPassword\"",
            "<password>string</password>",
            "password: foo(1,2);",
            "secret_string = var.secret1",
            "--secret-string file://secret1.json",
            "\"SecretString\": \"{\\\"host\\\": \\\"db1.example.com\\\"}\"",
            "type = \"SecureString\"\n  value = random_password.db1.result",
            "{\"Type\": \"SecureString\"}, {\"Value\": \"hunter21\"}",
            "secretString.toString()",
        ],
        ..SECRET
    },
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
                        kms キー|kms キー id|kms 密钥|kms 密钥 id|kms schlüssel|clave kms|clave de kms",
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
                        clave kms|clave de kms|kms key name|key name",
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
        asked: &[Rule::Key(KeyRule { names: "secret id", value: "[A-Za-z0-9/_+=.@-]{3,512}", check: Check::Name })],
        yes: &[
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/‹orders/db-AbCdEf›",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:‹acme/db-AbCdEf›",
        ],
        no: &["secret:x"],
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
