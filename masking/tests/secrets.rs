//! A secret is masked to the end that its notation gives it, whatever characters it is made of, or not at all.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
#![cfg(test)] // Said once more, for the lints that let tests fail by panicking.

use masking::{Known, Policy, Scanner, Text};

/// A generator of numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// A password as Secrets Manager generates it: of each sort of characters, with all punctuation, but for `without`.
fn password(numbers: &mut Numbers, without: &str) -> String {
    let alphabet: Vec<char> = ('!'..='~').filter(|c| !without.contains(*c)).collect();
    loop {
        let made: String = (0..32).map(|_| alphabet[numbers.below(alphabet.len())]).collect();
        let has = |sort: fn(&char) -> bool| made.chars().any(|c| sort(&c));
        if has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit) {
            return made;
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A notation of a password: the text with the value between `‹` and `›`, and the characters that it cannot hold.
type Notation = (fn(&str) -> String, &'static str);

fn json(value: &str) -> String {
    let value = quoted(value);
    format!("{{\"username\": \"app\", \"password\": \"‹{}›\", \"host\": \"db\"}}", &value[1..value.len() - 1])
}

/// What `get-secret-value` answers: a JSON text in a string, with the secret under a name that does not say so.
fn stored(value: &str) -> String {
    let (before, behind) = ("{\"username\": \"app\", \"stripe\": \"", "\", \"host\": \"db\"}");
    let inner = |text: &str| {
        let text = quoted(text);
        text[1..text.len() - 1].to_owned()
    };
    format!("{{\"SecretString\": \"{}‹{}›{}\"}}", inner(before), inner(&inner(value)), inner(behind))
}

const NOTATIONS: &[Notation] = &[
    (json, ""),
    // A secret's value in the answer of a command, and that in a string of another text.
    (|value| quoted(&json(value)), ""),
    (|value| quoted(&quoted(&json(value))), ""),
    (|value| format!("db:\n  password: \"‹{value}›\"\n  host: db\n"), "\"\\"),
    (|value| format!("db:\n  password: '‹{}›'\n  host: db\n", value.replace('\'', "''")), ""),
    (|value| format!("[db]\npassword = \"‹{value}›\"\n"), "\"\\"),
    (|value| format!("A=1\nexport DB_PASSWORD='‹{value}›'\nB=2\n"), "'"),
    (|value| format!("A=1\nDB_PASSWORD=\"‹{value}›\"\nB=2\n"), "\"\\"),
    (|value| format!("aws rds modify-db-instance --master-user-password '‹{value}›' --apply-immediately\n"), "'"),
    (|value| format!("connect(host=\"db\", password=\"‹{value}›\")\n"), "\"\\"),
    (|value| format!("- name: DB_PASSWORD\n  value: '‹{value}›'\n"), "'"),
    (|value| format!("<add key=\"password\" value=\"x\" password=\"‹{value}›\"/>\n"), "\"\\&<"),
    (|value| format!("{{\"Type\": \"SecureString\", \"Value\": \"‹{value}›\"}}\n"), "\"\\"),
    (|value| format!("{{\"Value\": \"‹{value}›\", \"Type\": \"SecureString\"}}\n"), "\"\\"),
    (|value| format!("aws ssm put-parameter --name /a --value '‹{value}›' --type SecureString\n"), "'"),
    (|value| format!("aws secretsmanager create-secret --name a --secret-string '‹{value}›'\n"), "'"),
    (stored, ""),
    (|value| format!("resource \"x\" \"y\" {{\n  secret_string = \"‹{value}›\"\n}}\n"), "\"\\$%"),
];

fn found(scanner: &Scanner, text: &str, key: Option<&str>) -> Vec<(usize, usize)> {
    scanner.scan(&[Text { text, key }], &Known::default()).iter().map(|f| (f.start, f.end)).collect()
}

fn marked(marked: &str) -> (String, usize, usize) {
    let start = marked.find('‹').unwrap();
    let end = marked.find('›').unwrap() - '‹'.len_utf8();
    (marked.replace(['‹', '›'], ""), start, end)
}

#[test]
fn generated_passwords_are_masked_whole() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong = Vec::new();
    for (at, (notation, without)) in NOTATIONS.iter().enumerate() {
        let mut numbers = Numbers(at as u64);
        for _ in 0..500 {
            let value = password(&mut numbers, without);
            let (text, start, end) = marked(&notation(&value));
            if found(&scanner, &text, None) != [(start, end)] {
                wrong.push(format!("{:?} in {text}", found(&scanner, &text, None)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// What is a member of the document is the value, to its end.
#[test]
fn members_are_masked_whole() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut numbers = Numbers(99);
    for key in ["password", "MasterUserPassword", "DB_PASSWORD"] {
        for _ in 0..500 {
            let value = password(&mut numbers, "");
            assert_eq!(found(&scanner, &value, Some(key)), [(0, value.len())], "{key}: {value}");
        }
    }
}

#[test]
fn each_ends_where_its_notation_ends_it() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let cases = [
        "DB_PASSWORD=‹aB3;x&y<z,1Q(8›\n",
        "  password: ‹aB3;x&y,z|Q7w<e›\n  user: app\n",
        "  password: ‹a1b2c3d4›,\n  user: app,\n",
        "Server=db;Password=‹a1b2c3d4›;Database=x\n",
        "PWD=‹a1b2c3d4›;UID=sa\n",
        "https://x/?password=‹a1b2c3d4›&user=x\n",
        "connect(password=‹a1b2c3d4›, user=x)\n",
        "password=&quot;‹aB3;x,y(z1Q7›&quot; user=&quot;x&quot;\n",
        "\"Password\": \"‹&1-3a6u:RA0djs›\", \"PasswordResetRequired\": true",
        "\"SecretAccessKey\": \"‹u9Qm+c2L7yXeGvUyrPgYsDnWRRC1AY3kTz8bHn5dQQ+w›\"\n",
        "\"ClientSecret\": \"‹9ujlik3n4b5urk1ft4fl3mg5e62d+9ado/7h8j›\"\n",
        // A quotation within a quotation, in CSV and SQL.
        "7,\"{\"\"password\"\":\"\"‹Xk&39,a'bc;d›\"\",\"\"user\"\":\"\"x\"\"}\"\n",
        "7,\"{\"\"password\"\":\"\"‹Xk39\\\"\"abQ7›\"\",\"\"user\"\":\"\"x\"\"}\"\n",
        "7,\"{\"\"log\"\":\"\"{\\\"\"password\\\"\":\\\"\"‹Xk39,abQ7›\\\"\"}\"\"}\"\n",
        "EXECUTE 'ALTER USER app PASSWORD ''‹Xk39,abQ7›''';\n",
        "create user app with password '‹Xk39,abQ7›' nosuperuser;\n",
        "CREATE USER 'app'@'%' IDENTIFIED WITH caching_sha2_password BY '‹Xk39,abQ7›';\n",
        "GRANT ALL ON *.* TO app IDENTIFIED BY \"‹Xk39,abQ7›\" WITH GRANT OPTION;\n",
        // In a URL of any scheme, up to its host.
        "postgresql+asyncpg://app:‹Xk39#abQ7$›@db:5432/x\n",
        "mssql+pyodbc://sa:‹Xk39{ab}Q7›@db/x?driver=y\n",
        "sftp://deploy:‹Xk39@ab@Q7›@files:22/x, sftp://files2\n",
        "git clone https://deploy:‹Xk39-abQ7›@git.example.com/a.git\n",
        "\"url\": \"nats:\\/\\/app:‹Xk39-abQ7›@bus:4222\"\n",
        // Words with points, where no code is.
        "DB_PASSWORD=‹coral.Reef8›\n",
        "spring.datasource.password=‹coral.Reef8›\n",
        "  MasterUserPassword: ‹Coral.Reef8›\n",
        // Signs of references that are none.
        "\"password\": \"‹{coral}9x›\"\n",
        "password: '‹$coral9$›'\n",
        "password: \"‹!Coral99›\"\n",
        "define( 'DB_PASSWORD', '‹Coral*Reef8›' );\n",
        "params[:password] = \"‹coral-Reef8›\"\n",
        "'x-api-key': '‹j4EKfAlLbhu8eoXdCNTB7P5wryvZF06WzImxsROg-x1›'\n",
    ];
    let mut wrong = Vec::new();
    for case in cases {
        let (text, start, end) = marked(case);
        let got = found(&scanner, &text, None);
        if got != [(start, end)] {
            wrong.push(format!("{case}{:?}", got.iter().map(|(start, end)| &text[*start..*end]).collect::<Vec<_>>()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn references_and_code_are_no_passwords() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let cases = [
        "password: \"${DB_PASSWORD_Prod1}\"",
        "\"password\": \"{{resolve:secretsmanager:MySecret1:SecretString:password}}\"",
        "\"password\": \"$(GetPassword1 --now)\"",
        "password = \"<YourPassword1>\"",
        "password: \"%(DbPassword1)s\"",
        "password = \"$DbPassword12345\"",
        "password: \"generatePassword(16)\"",
        "password: \"@Microsoft.KeyVault(SecretUri=https://x1.vault)\"",
        "password: \"Secrets::DbPassword1\"",
        "\"password\": \"Must have 8 characters\"",
        "password: \"[REDACTED by Tool1]\"",
        "DB_PASSWORD=$(aws secretsmanager get-secret-value)\n",
        "  password: config.Db->Password1;\n",
        "'password' => 'required|min:8|confirmed'",
        "postgres://app:{password1}@h, postgres://app:$DB_PASS1@h, postgres://app:{{ pass1 }}@h",
        "http://localhost:8080/a@b, https://user@host:8443/x, https://example.org/@scope/pkg1@1.2.3",
        "const password = cfg.dbPassword1",
        "client = Client(\n    password=cfg.dbPassword1,\n)",
        "wrong password 'must match'",
        "print('password '+user1.name+' is wrong')",
        "f(password=\"\", user=\"abc-123\")",
    ];
    for text in cases {
        assert_eq!(found(&scanner, text, None), [], "{text}");
    }
    assert_eq!(found(&scanner, "Must have 8 characters", Some("password")), []);
}
