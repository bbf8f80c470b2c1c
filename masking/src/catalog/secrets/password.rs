//! Passwords: what names tell them, and what gives them to programs.

use super::SECRET;
use crate::catalog::{Check, KeyRule, Row, Rule};

pub(super) const PASSWORD: Row = Row {
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
        Rule::Key(KeyRule { names: "auth key", value: "[^\\x00-\\x20\"'`,;\\\\<>&|]{8,128}", check: Check::Scattered }),
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
        // What its console answers.
        Rule::After(
            "random_password.",
            r#"random_password\.[A-Za-z0-9_-]{1,64}(?:\[[^\]\n]{1,64}\])?\.result\){0,4}\n"([^"\n]{6,128})"(?:\n|$)"#,
            Check::None,
        ),
        // The same as the value in the query of another URL.
        Rule::After(
            "%3a%2f%2f",
            r"(?i:%3a%2f%2f)[A-Za-z0-9_.-]{1,64}(?i:%3a)((?:[A-Za-z0-9._~!$*+-]|%[0-35-9A-Fa-f][0-9A-Fa-f]|%4[1-9A-Fa-f]){4,128})%40",
            Check::UrlPassword,
        ),
        // A driver of Oracle's names the user and the password in front of the host.
        Rule::After("oracle:thin:", r"oracle:thin:[^\s/:@]{1,64}/([^\x00-\x20/@\x22'\\]{4,128})@", Check::UrlPassword),
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
        // In quotation marks a comma does not end it.
        Rule::After(
            "curl ",
            r#"curl [^\n|;&]{0,200}?(?:-[A-Za-z]{0,6}u|--user|--proxy-user)[ =]{0,2}["'][A-Za-z0-9_.@+-]{1,64}:([^\x00-\x20"'\\/$<{},]{2,64},[^\x00-\x20"'\\/$<{}]{2,64})["']"#,
            Check::UrlPassword,
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
        Rule::After("authcommunity ", r"(?i:authcommunity) [a-z,]{3,30} ([^\x00-\x20\x22'\\$<{]{4,64})", Check::Given),
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
        Rule::After(".erlang.cookie", r"\.erlang\.cookie[^\n]{0,40}\n#?\s{0,8}([A-Z0-9]{20,40})(?:\s|$)", Check::None),
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
        Rule::After("sqlplus ", r"sqlplus (?:-[A-Za-z]{1,2} )?['\x22]?\w{1,40}/([^\s@'\x22]{6,128})@", Check::Password),
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
        "curl -sS -u 'smew:‹Mergellus,albellus_2›' https://x",
        "r.add(\"spring.datasource.password\", () -> \"‹Xenanthe7oen2›\");",
        "- `VEERY_DB_PASSWORD` was `‹Catharus.fuscescens_1›` in the sample file",
        "POSTGRES_PASSWORD=‹Canutus_c@nutus›\n",
        "login: airflow\npassword: ‹phaeopus 1758!›\nport: 5432",
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
};
