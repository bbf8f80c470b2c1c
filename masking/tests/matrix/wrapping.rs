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
    Wrapping { name: "ansi-value", groups: LITERAL, around: Text(ansi_value), floor: 67 },
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
