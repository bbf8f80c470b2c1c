//! The surroundings of a text when it is pasted: numbers of lines, signs of a diff, escapes, a request.

use super::notation::Group::{self, Code, Data, Hcl, Log, Shell, Table};

#[derive(Debug)]
pub struct Wrapping {
    pub name: &'static str,
    /// The groups that are seen in it; all of them when none is named.
    groups: &'static [Group],
    around: Around,
    /// Of a hundred cells that are found without a wrapping, those that are found in it at the least.
    pub floor: usize,
}

#[derive(Debug)]
enum Around {
    /// A prefix of each line, in which `#` is its number and `##` the sign.
    Lines(&'static str),
    Text(fn(&str) -> String),
}

use Around::{Lines, Text};

const LITERAL: &[Group] = &[Data, Hcl, Shell, Log, Code, Table];
const CONFIG: &[Group] = &[Data, Hcl, Shell];
const OUTPUT: &[Group] = &[Data, Log, Table];

#[rustfmt::skip]
pub const WRAPPINGS: &[Wrapping] = &[
    Wrapping { name: "number-tab", groups: &[], around: Lines("     #\t"), floor: 100 },
    Wrapping { name: "number-arrow", groups: &[], around: Lines("#→"), floor: 97 },
    Wrapping { name: "number-pipe", groups: LITERAL, around: Lines(" # | "), floor: 100 },
    Wrapping { name: "number-colon", groups: LITERAL, around: Lines("#:"), floor: 100 },
    Wrapping { name: "grep", groups: LITERAL, around: Lines("deploy/main-2.tf:#:"), floor: 100 },
    Wrapping { name: "diff-added", groups: &[], around: Lines("+"), floor: 100 },
    Wrapping { name: "diff-removed", groups: &[], around: Lines("-"), floor: 97 },
    Wrapping { name: "quote", groups: &[], around: Lines("> "), floor: 100 },
    Wrapping { name: "quote-twice", groups: &[], around: Lines("> > "), floor: 100 },
    Wrapping { name: "comment-hash", groups: CONFIG, around: Lines("## "), floor: 100 },
    Wrapping { name: "comment-slashes", groups: &[Code, Data, Hcl], around: Lines("// "), floor: 100 },
    Wrapping { name: "compose", groups: LITERAL, around: Lines("api-1  | "), floor: 100 },
    Wrapping { name: "pod", groups: OUTPUT, around: Lines("[pod/web-7c9d/app] "), floor: 100 },
    Wrapping { name: "timestamp", groups: OUTPUT, around: Lines("2026-07-01T09:12:44.120Z "), floor: 100 },
    Wrapping { name: "syslog", groups: OUTPUT, around: Lines("Jul  1 09:12:44 web app[712]: "), floor: 97 },
    Wrapping { name: "plan", groups: &[Hcl], around: Lines("      + "), floor: 100 },
    Wrapping { name: "indented", groups: &[], around: Lines("    "), floor: 100 },
    Wrapping { name: "ansi-line", groups: OUTPUT, around: Text(|text| each_line(text, "\u{1b}[32m", "\u{1b}[0m")), floor: 100 },
    Wrapping { name: "ansi-value", groups: LITERAL, around: Text(ansi_value), floor: 100 },
    Wrapping { name: "ansi-lost", groups: LITERAL, around: Text(|text| ansi_value(text).replace('\u{1b}', "")), floor: 99 },
    Wrapping { name: "ansi-caret", groups: LITERAL, around: Text(|text| ansi_value(text).replace('\u{1b}', "^[")), floor: 100 },
    Wrapping { name: "ansi-escaped", groups: LITERAL, around: Text(|text| ansi_value(text).replace('\u{1b}', r"\u001b")), floor: 100 },
    Wrapping { name: "csv-cell", groups: &[Data, Log], around: Text(|text| format!("id,payload\n7,\"{}\"\n", text.replace('"', "\"\""))), floor: 100 },
    Wrapping { name: "entities", groups: LITERAL, around: Text(entities), floor: 95 },
    Wrapping { name: "entities-numbered", groups: LITERAL, around: Text(entities_numbered), floor: 99 },
    Wrapping { name: "mail", groups: LITERAL, around: Text(mail), floor: 99 },
    Wrapping { name: "no-break", groups: &[Data, Log, Table], around: Text(|text| text.replace(": ", ":\u{a0}").replace(" = ", "\u{a0}=\u{a0}")), floor: 100 },
    Wrapping { name: "crlf", groups: &[], around: Text(|text| text.replace('\n', "\r\n") + "\r\n"), floor: 100 },
    Wrapping { name: "fence", groups: LITERAL, around: Text(|text| format!("Here it is:\n\n```\n{text}\n```\n\nWhat is wrong with it?")), floor: 100 },
    Wrapping { name: "continued", groups: &[Shell], around: Text(|text| text.replace(" --", " \\\n  --")), floor: 100 },
    Wrapping { name: "json-string", groups: &[], around: Text(|text| format!("{{\"stdout\": {}, \"stderr\": \"\"}}", quoted(text))), floor: 95 },
    Wrapping { name: "anthropic", groups: &[], around: Text(anthropic), floor: 96 },
    Wrapping { name: "openai", groups: &[], around: Text(openai), floor: 96 },
];

impl Wrapping {
    pub fn fits(&self, group: Group) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }

    pub fn wrap(&self, text: &str) -> String {
        match self.around {
            Lines(prefix) => {
                let line = |(number, line): (usize, &str)| {
                    let sign = prefix.replace("##", "\0").replace('#', &number.to_string());
                    sign.replace('\0', "#") + line
                };
                (37..).zip(text.split('\n')).map(line).collect::<Vec<_>>().join("\n")
            }
            Text(around) => around(text),
        }
    }
}

fn each_line(text: &str, before: &str, after: &str) -> String {
    text.split('\n').map(|line| format!("{before}{line}{after}")).collect::<Vec<_>>().join("\n")
}

/// A value in colour, its quotation marks outside.
fn ansi_value(text: &str) -> String {
    text.replace('⟪', "\u{1b}[1;36m⟪").replace('⟫', "⟫\u{1b}[0m")
}

/// Signs that HTML gives a meaning, as pages write them.
fn entities(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre>{}</pre>", text.replace('"', "&quot;").replace(" = ", "&nbsp;=&nbsp;"))
}

/// And as templates do, which know them by their numbers.
fn entities_numbered(text: &str) -> String {
    let text = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('=', "&#x3D;");
    text.replace('"', "&#34;").replace('\'', "&#x27;").replace('/', "&#x2F;")
}

/// A mail that encodes what is not a letter, and breaks long lines.
fn mail(text: &str) -> String {
    let mut mail =
        String::from("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n");
    for line in text.split('\n') {
        let mut len = 0;
        for char in line.chars() {
            let encoded = if char == '=' { "=3D".to_owned() } else { char.to_string() };
            // The marks are not of the mail.
            let width = if "⟪⟫‹›".contains(char) { 0 } else { encoded.len() };
            if width > 0 && len + width > 75 {
                mail += "=\n";
                len = 0;
            }
            len += width;
            mail += &encoded;
        }
        mail += "\n";
    }
    mail
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn anthropic(text: &str) -> String {
    let content = quoted(text);
    format!(
        "{{\"model\": \"m\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"type\": \"tool_result\", \
         \"tool_use_id\": \"toolu_01\", \"content\": {content}}}]}}]}}"
    )
}

fn openai(text: &str) -> String {
    let content = quoted(text);
    format!(
        "{{\"model\": \"m\", \"messages\": [{{\"role\": \"tool\", \"tool_call_id\": \"call_1\", \"content\": {content}}}]}}"
    )
}
