//! Passwords of all alphabets in the notations that enclose or separate them, and what stands where one would.
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

mod marks;

use marks::marked;
use masking::{Policy, Scanner};

/// What must be found stands between `‹` and `›`; nothing else may be. The value ends where its notation says: at its
/// quotation mark, bar, semicolon, brace, or at the next name.
const PASSWORDS: &[&str] = &[
    r#"{"user":"a","password":"‹FmtX0m oDoqW4›","port":5}"#,
    r#""password": "‹Tr0ub4dor &3›""#,
    r#"{"SecretString":"{\"k\":\"‹FmtX0m oDoqW4›\",\"h\":\"db\"}"}"#,
    "ALTER USER a WITH PASSWORD '‹FmtX0m oDoqW4›';",
    "DB_PASSWORD='‹correct horse battery 9 staple›'",
    // Like names and numbers of code, which stand without quotation marks.
    "password: \"‹correct_horse_battery_staple›\"",
    "password: \"‹|pipes-pass|›\"",
    "DB_PASSWORD=‹My_password_2024_x›\n",
    "PASSWORD=‹snow_white_and_dwarfs7›\n",
    "PASSWORD=‹0x1f2e3d4c5b›\n",
    "openssl pkcs12 -passin pass:‹Xk39<abQ7›\n",
    "CREATE USER 'app'@'%' IDENTIFIED BY '‹hunterhunter›';",
    "create user app identified by '‹hunterhunter›';",
    "INFO connect user=a password=‹578YE7H3744CELXZ› host=h",
    r#"psql "host=h user=a password=‹578YE7H3744CELXZ› dbname=x""#,
    "INFO connect user=a password=‹1EjOpI› host=h",
    "{User:a Password:‹GMVZGTXABYDIWMUH› Host:h}",
    "The password is ‹363652f0dc62f4d616ef8458025fca66› since today.",
    "Das Passwort lautet ‹correct-horse-battery-9staple›",
    "The password is ‹Tr0ub4dor›.",
    "the password is ‹abc123XYZ›",
    "DB_PASSWORD=‹qkxjvbwzpltmhgrd›",
    r#"{"user":"a","password":"‹qkxjvbwzpltmhgrd›","port":5}"#,
    r#"{"SecretString":"‹qkxjvbwzpltmhgrd›"}"#,
    r#"{"password":"‹TNZEKJCBHGKWJBBC›"}"#,
    "--password=‹IVCGZRFVLOBSEFRM›",
    r#"{"Name":"/x","Type":"SecureString","Value":"‹@AUfZH3qSxi5v›"}"#,
    r#"{"user":"a","password":"‹$Ttfosi0Tzswz›","port":5}"#,
    "ALTER USER a WITH PASSWORD '‹,C8MXDSyp5ADR›';",
    "ALTER USER a WITH PASSWORD '‹/KpOuJttyDgY4›';",
    "ALTER USER a WITH PASSWORD '‹$9HsJIFAlpZrE›';",
    "DB_PASSWORD=‹/f4iEApO2QgVS›",
    "DB_PASSWORD=‹FQrPzb8NovGq;›",
    "--master-user-password ‹Cwwb6CnG8BBj.› --no-wait",
    "host=h user=a password=‹8Rqzexi3wnLP|› dbname=x",
    "[db]\npassword = ‹J^4k2?&hkvBOwGmd:2Qz›",
    "| Password | ‹b6=yS1EKbc8(-s]m-6d@› |",
    "| Password | ‹X@16Lk=>$fw)dMqG5.OC› |",
    r#"|  MasterUserPassword  |  ‹7Xuj+H9)+7a7RcS`"u&*›  |"#,
    "|  MasterUserPassword  |  ‹e)dD1DwAW~Hqqaf(13{_›  |",
    "Driver={x};Server=h;UID=a;PWD=‹1G:#Wmo4u0qu|@pb9^mC›;Port=1",
    "jdbc:postgresql://h/d?user=a&password=‹RLS(8$=c1qvl]~vv-5A^›&ssl=true",
    "jdbc:sqlserver://h:1433;user=a;password=‹C^yq@@*t/SoPyW[~_~~9›;encrypt=true",
    r#"{"SecretString":"{\"k\":\"‹acme-0c9b9261a31f›\",\"h\":\"db\"}"}"#,
    r#"{"SecretString":"{\"k\":\"‹1EjOpI›\"}"}"#,
    "basic_auth: {username: prom, password: ‹aB3xQ9zLm2Kp7t›}",
    "db: {password: ‹aB3xQ9zL-m2Kp7t›}",
    "password: ${DB_PASSWORD:‹aB3xQ9zLm2Kp7t›}",
    "DB_PASSWORD=${DB_PASSWORD:-‹aB3xQ9zLm2Kp7t›}",
    r#"@Value("${db.password:‹aB3xQ9zLm2Kp7t›}")"#,
    r#"password <- "‹aB3xQ9zLm2Kp7t›""#,
    r#"(setq db-password "‹aB3xQ9zLm2Kp7t›")"#,
    "aws lambda update-function-configuration --environment Variables={DB_PASS=‹aB3xQ9zLm2Kp7t›}",
    "MasterUserOptions={MasterUserName=a,MasterUserPassword=‹aB3xQ9zLm2Kp7t›}",
    "- {name: DB_PASSWORD, value: ‹aB3xQ9zLm2Kp7t›}",
];

/// Sentences, types, references and code where a password could stand.
const OTHERWISE: &[&str] = &[
    "password: ENC[AES256_GCM,data:7W8QSDhbRXdpqsPh6TxRQpme,iv:ZDi+ax0E8WyegHl,tag:XikgCy0a07iFVEIDdpTh8I==,type:str]",
    r#""password": "Must be at least 8 characters""#,
    r#""password": "Your password has expired on 2024-01-02""#,
    r#""password": "SHA256 hash of it""#,
    r#"password: "Enter the 2FA code""#,
    r#""password": "Passwort (mind. 8 Zeichen)""#,
    r#""password": "Le mot de passe doit contenir 8 caractères""#,
    r#""passwd": "x:1000:1000 user""#,
    r#"password: "!vault | $ANSIBLE_VAULT""#,
    r#""password": "Base64 encoded""#,
    r#"help="password for user1 on host2""#,
    r#""password": "string (8-64)""#,
    "password: $ec2InstancePassword",
    r#"password: "$DbPassword12345""#,
    "password = random_password.db.result",
    "password: required",
    "password: unchanged",
    "passwd = strpwdbuf",
    "pwd = getcwdpath",
    "The password is base64-encoded.",
    "The password is hashed with sha512crypt and salted.",
    "The password is 12 characters long.",
    "the password is utf8mb4 encoded",
    "Das Passwort ist verschlüsselt",
    "password=hash host=db",
    "password=get_password1(user) host=db",
    "f(password=args.Password1, host=h)",
    "x(password=params[:Password1], b=1)",
    "| password | string | required |",
    "| password | VARCHAR(255) | NOT NULL |",
    "password: ${DB_PASSWORD:}",
    "password: ${DB_PASSWORD:changeme}",
    "password: ${DB_PASSWORD:-password}",
    r#"password = "Abc1 " + suffix"#,
    r#"print("password: %s x1y2Z3" % p)"#,
    "SELECT password '1a 2b' FROM x",
    r#""password": "1 hour 30 minutes""#,
    r#""password": "Wachtwoord vergeten?""#,
    r#""password": "Passwort vergessen""#,
    r#""password": "Nhập mật khẩu của bạn""#,
    r#""password": "xkcdstyle""#,
    r#""password": "Mot de passe 2""#,
    r#""password": "iPhone 15 Pro""#,
    r#""password": "OAuth2 or OpenID""#,
    r#""password": "Windows 10 Pro""#,
    r#""password": "RFC2617 Digest""#,
    r#""password": "JSON5 2.0""#,
    r#""password": "k8s v1.29""#,
    r#""password": "AES256 GCM""#,
    r#""password": "x86_64 only""#,
    r#""password": "3x per day""#,
];

#[test]
fn a_password_is_found_whole_and_nothing_else_is_one() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for line in PASSWORDS.iter().chain(OTHERWISE) {
        for end in ["", "\n"] {
            let expected = format!("{line}{end}");
            let got = marked(&scanner, &expected.replace(['‹', '›'], ""));
            if got != expected {
                wrong.push(format!("expected {expected}\n   found {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
