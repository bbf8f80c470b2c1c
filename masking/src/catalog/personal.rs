//! What identifies people. Off unless the configuration asks for it: in work on infrastructure, authors of commits and
//! contacts are everywhere, and a model that does not see them answers worse.

use super::{Check, Edge, KeyRule, ROW, Row, Rule, Tier};

const PERSONAL: Row = Row { tier: Tier::Optional, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "email",
        label: "EMAIL",
        // An `addr-spec` of RFC 5322 as people have them: no comments, no quotation marks, and a domain of two labels.
        rules: &[Rule::Anywhere(
            r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}",
            Edge::Mailbox,
            Check::Email,
        )],
        yes: &["mail ‹ana.ruiz+x@mail.example.com›.", "Author: Ana <‹ana@example.org›>", "mailto:‹ana@example.org›?x"],
        no: &[
            "git@github.com:acme/x.git",
            "react@18.2.0",
            "user@host",
            "https://ana:pw@git.example.org",
            "ec2-user@ip-10-0-0-1.ec2.internal",
        ],
        ..PERSONAL
    },
    Row {
        id: "ssn",
        label: "SSN",
        rules: &[
            // Of the United States: 20 CFR 422.103. Numbers of taxpayers (9xx) have the same form.
            Rule::Anywhere("[0-9]{3}-[0-9]{2}-[0-9]{4}", Edge::Digits, Check::SocialSecurity),
            Rule::Key(KeyRule {
                names: "ssn|social security number|social security no",
                value: "[0-9]{9}|[0-9]{3} [0-9]{2} [0-9]{4}",
                check: Check::Digit,
            }),
        ],
        yes: &["SSN ‹536-90-4399›", "ssn: ‹536904399›"],
        no: &["000-12-3456", "666-12-3456", "123-00-4567", "1536-90-43991", "2024-10-1234"],
        ..PERSONAL
    },
    Row {
        id: "phone",
        label: "PHONE",
        // Numbers with their country (ITU-T E.164), and those of North America with separators.
        rules: &[Rule::Anywhere(
            r"\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,4}\)?){2,6}|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}",
            Edge::Digits,
            Check::Phone,
        )],
        yes: &["call ‹+49 30 901820›", "‹+82-2-312-3456›", "‹(415) 555-0132›", "tel ‹415-555-0132›"],
        no: &["+1 2 3", "a +12345 b", "2024-10-12 415", "10.415.555.0132"],
        ..PERSONAL
    },
    Row {
        id: "credit_card",
        label: "CARD",
        // ISO/IEC 7812-1: the issuer's range, then digits with a check digit by Luhn's rule.
        rules: &[Rule::Anywhere(
            "[2-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[0-9]{3})?|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}|3[068][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{4}",
            Edge::Digits,
            Check::Card,
        )],
        yes: &["card ‹4111 1111 1111 1111›", "2024 ‹5555-5555-5555-4444›", "‹378282246310005›"],
        no: &["4111 1111 1111 1112", "1700000000000000", "41111111111111111111"],
        ..PERSONAL
    },
    Row {
        id: "iban",
        label: "IBAN",
        // ISO 13616: a country, two check digits by ISO 7064 (MOD 97-10), and the account.
        rules: &[Rule::Anywhere("[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?", Edge::Word, Check::Iban)],
        yes: &["‹GB82 WEST 1234 5698 7654 32›", "IBAN ‹DE89370400440532013000›"],
        no: &["GB83 WEST 1234 5698 7654 32", "XX99ABCDEFGHIJKL"],
        ..PERSONAL
    },
];
