//! Words that everybody's code and prose has. They name nobody's resource, so they are never looked for by themselves,
//! even if something is called by one.

use crate::scan::check;
use crate::scan::words::{Words, words};

/// Returns whether a value is a word of code or prose: `utf-8`, `python3.11`, `base64`, `us-east-1a`, `m5.large`.
pub(crate) fn is_common(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    is_zone(&lower) || is_size(&lower) || WORDS.has(lower.as_bytes()) || is_versioned(&lower)
}

/// A region, or a zone in it.
fn is_zone(value: &str) -> bool {
    let region = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
    value.len() - region.len() <= 1 && check::is_region(region.as_bytes())
}

/// A type of machines: `t3.micro`, `db.r6g.2xlarge`.
fn is_size(value: &str) -> bool {
    let Some((family, size)) = value.rsplit_once('.') else { return false };
    let size = size.trim_start_matches(|c: char| c.is_ascii_digit());
    let family = family.rsplit('.').next().unwrap_or_default();
    matches!(size, "nano" | "micro" | "small" | "medium" | "large" | "xlarge" | "metal")
        && (2..=8).contains(&family.len())
}

/// A name of software, formats or algorithms with versions: each piece is such a name, a number, or both.
fn is_versioned(value: &str) -> bool {
    let mut named = false;
    let piece = |piece: &str| {
        let number = |c: char| c.is_ascii_digit();
        let name = piece.trim_end_matches('x').trim_end_matches(number).trim_start_matches(number);
        named |= !name.is_empty();
        name.is_empty() || name == "v" || VERSIONED.has(name.as_bytes())
    };
    value.split(['-', '_', '.', '/', '+']).all(piece) && named
}

/// Names that tell nothing, because everybody has them.
static WORDS: Words = words!(
    "\
    active|admin|administrator|alarm|alias|allow|application|archive|assistant|async|available|backend|backup|base|\
    batch|beta|blue|body|bucket|build|cache|central|client|cluster|code|common|config|console|content|core|create|\
    customer|data|database|default|delete|demo|deny|deploy|deployment|description|detail|develop|development|disabled|\
    document|edge|email|enabled|error|event|events|example|execution|external|false|file|files|frontend|function|global|\
    green|group|handler|health|home|host|http|https|image|index|info|input|instance|internal|item|items|json|lambda|\
    latest|list|live|local|localhost|logging|logs|main|management|master|message|messages|metrics|model|monitoring|name|\
    network|node|none|null|object|operator|order|orders|output|owner|payer|policy|pool|primary|private|prod|production|\
    project|proxy|public|queue|readonly|release|report|reports|request|resource|response|result|role|root|running|\
    sandbox|schema|secondary|secret|security|server|service|session|shared|source|stack|stage|staging|standard|state|\
    status|string|system|table|target|task|team|temp|template|test|testing|text|true|type|unknown|update|user|users|\
    value|version|volume|warning|worker|workflow|write|yaml|zone|\
    administration|administrator|announcements|applications|architecture|authentication|authorization|\
    classification|cloudformation|collaboration|communication|configuration|customization|documentation|\
    sagemaker|elasticmapreduce|s3control|cloudtrail|cloudwatch|cloudfront|elasticbeanstalk|codepipeline|\
    experimental|implementation|infrastructure|integrations|notification|notifications|observability|organization|\
    recommendations|transformation"
);

/// Names of formats, languages, systems and algorithms, which stand with numbers.
static VERSIONED: Words = words!(
    "\
    ada|aes|alpine|amd|amzn|android|ansi|arm|ascii|base|be|bit|blake|boto|bullseye|byte|cbc|centos|chacha|corretto|\
    crc|csharp|css|ctr|cuda|darwin|debian|deflate|dotnet|ecdsa|ed|el|elf|es|fedora|float|gb|gcm|gnu|golang|gp|gpt|\
    graphql|gzip|hmac|hpa|html|http|https|i|int|io|ios|ipv|iso|java|javascript|jdk|jre|js|json|jvm|jwt|kb|latin|le|\
    linux|lts|lua|lz|macos|mb|md|mp|musl|nodejs|ntlm|oauth|openjdk|openssl|pbkdf|pep|perl|php|pip|pkcs|png|poly|\
    powershell|provided|py|pydantic|pypy|pytest|python|pytorch|rfc|rhel|rockylinux|route|rsa|ruby|rust|sha|sql|\
    sqlite|sse|ssh|ssl|swift|tar|tcp|tensorflow|terraform|tf|tls|typescript|ubuntu|udp|uint|unicode|utc|utf|utf8mb|\
    uuid|v|wasm|win|windows|x|xml|xz|yaml|zlib|zstd"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_code_and_prose() {
        for word in [
            "utf-8",
            "UTF-8",
            "utf8",
            "utf-16le",
            "python3",
            "python3.11",
            "base64",
            "sha256",
            "sha-256",
            "hmac-sha256",
            "aes-256-gcm",
            "us-east-1",
            "us-east-1a",
            "eu-central-1b",
            "t3.micro",
            "m5.large",
            "db.r6g.2xlarge",
            "nodejs18.x",
            "x86_64",
            "arm64",
            "iso-8859-1",
            "http/1.1",
            "boto3",
            "ipv4",
            "gp3",
            "oauth2",
            "production",
            "v1.2.3",
            "java17",
            "amd64",
        ] {
            assert!(is_common(word), "{word}");
        }
    }

    #[test]
    fn names_of_somebody() {
        for name in [
            "acme-prod-logs",
            "payroll-db",
            "acme3",
            "python3-acme",
            "orders-7",
            "acme.large.data",
            "web-acme-1",
            "8ff84582",
            "us-east-1-acme",
            "deployer",
            "data-lake-raw",
            "123456789012",
            "acme-utf-8",
        ] {
            assert!(!is_common(name), "{name}");
        }
    }
}
