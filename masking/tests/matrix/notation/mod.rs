//! The notations that a value is tried in: templates, with the share of values that need a name which each finds today.

mod data;
mod text;

use super::draw::Numbers;
use super::form::{Form, Shape};

/// A way to write a value under a name.
#[derive(Debug)]
pub struct Notation {
    pub name: &'static str,
    pub group: Group,
    pub takes: Takes,
    /// Of a hundred values that need a name, those that are found at the least. It says what is supported: raise it when
    /// the scan learns more.
    pub floor: usize,
    /// `§V` and `§W` are values, `§Pascal` and the like the name in a spelling, `§en` and the like a word of a language.
    pub text: &'static str,
}

/// The sort of a notation, which tells the wrappings that it is seen in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Data,
    Hcl,
    Code,
    Shell,
    Log,
    Table,
    Prose,
}

/// The values that a notation is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Any,
    /// No secret: nobody writes one there.
    Public,
    /// Several, and no secret.
    List,
    /// No name stands there.
    Bare,
    /// Values of several lines.
    Block,
}

pub fn all() -> impl Iterator<Item = &'static Notation> {
    data::DATA.iter().chain(text::TEXT)
}

impl Notation {
    pub fn takes(&self, form: &Form) -> bool {
        let public = form.shape != Shape::Secret;
        match (self.takes, form.shape) {
            (Takes::Block, shape) => shape == Shape::Block,
            (_, Shape::Block) => false,
            (Takes::Any, _) => true,
            (Takes::Public | Takes::List, _) => public,
            (Takes::Bare, shape) => !shape.needs_a_name(),
        }
    }

    /// A text with a value of the form, which is marked.
    pub fn write(&self, form: &Form, numbers: &mut Numbers) -> String {
        let name = numbers.pick(&form.names);
        let (first, second) = (numbers.pick(&form.values), numbers.pick(&form.values));
        let (first, second) = (lines_marked(first), lines_marked(second));
        let escaped = first.replace('\n', "\\n");
        let indented = first.replace('\n', "\n    ");
        let nouns = nouns(form, &name.fill("§words"));
        let text = nouns.iter().fold(name.fill(self.text), |text, (mark, noun)| text.replace(mark, noun));
        let values = [("§V", &first), ("§W", &second), ("§E", &escaped), ("§I", &indented)];
        values.iter().fold(text, |text, (mark, value)| text.replace(mark, value))
    }
}

/// A value of several lines is found line by line, whatever stands in front of them; what encloses them is no secret.
fn lines_marked(value: &str) -> String {
    match value.strip_prefix("⟪‹").and_then(|value| value.strip_suffix("›⟫")) {
        Some(block) if block.contains('\n') => {
            let mark = |line: &str| if line.starts_with("-----") { line.to_owned() } else { format!("‹{line}›") };
            let lines: Vec<_> = block.trim_end().lines().map(mark).collect();
            format!("⟪{}⟫", lines.join("\n"))
        }
        _ => value.to_owned(),
    }
}

/// People's words for a kind, in six languages. Of most kinds they use the English name.
const NOUNS: &[(&str, [&str; 6])] = &[
    ("s3_bucket", ["S3 bucket", "S3 버킷", "S3バケット", "Bucket", "bucket de S3", "S3存储桶"]),
    ("rds_instance", ["DB instance", "RDS 인스턴스", "RDSインスタンス", "DB-Instanz", "instancia RDS", "RDS实例"]),
    ("rds_cluster", ["DB cluster", "DB 클러스터", "DBクラスター", "DB-Cluster", "clúster de Aurora", "Aurora集群"]),
    ("account_id", ["AWS account", "AWS 계정", "AWSアカウント", "AWS-Konto", "cuenta de AWS", "AWS账户"]),
    ("route53_zone", ["hosted zone", "호스팅 영역 ID", "ホストゾーン", "Hosted Zone", "zona alojada", "托管区域"]),
    ("kms_key_id", ["KMS key", "KMS 키", "KMSキー", "KMS-Schlüssel", "clave de KMS", "KMS密钥"]),
    ("password", ["database password", "비밀번호", "パスワード", "Passwort", "contraseña", "密码"]),
];

/// The words for a value in the languages of the sentences: the table's, the rule's own of that script, the English.
fn nouns(form: &Form, words: &str) -> [(&'static str, String); 6] {
    let known = NOUNS.iter().find(|(kind, _)| *kind == form.kind && form.shape.needs_a_name());
    let noun = |at: usize, script: fn(char) -> bool| {
        let own = form.foreign.iter().find(|name| name.chars().any(script)).copied();
        known.map(|(_, nouns)| nouns[at]).or(own).unwrap_or(words).to_owned()
    };
    let none = |_| false;
    [
        ("§en", noun(0, none)),
        ("§ko", noun(1, |c| ('가'..='힣').contains(&c))),
        ("§ja", noun(2, |c| ('ぁ'..='ヺ').contains(&c))),
        ("§de", noun(3, none)),
        ("§es", noun(4, none)),
        ("§zh", noun(5, |c| ('一'..='龥').contains(&c))),
    ]
}
