//! A policy to a scanner, or the reason for refusing it.

use std::borrow::Cow;

use crate::catalog::{Family, Kind, KindId, Risk, TABLES, Tier, VERSIONS};
use crate::placeholder;
use crate::policy::{CUSTOM_MAX, CustomError, LITERAL_BYTES, LITERALS_MAX, Policy, PolicyError};
use crate::scan::kin::Told;
use crate::scan::never::Never;
use crate::scan::parts::Form;
use crate::scan::pattern::Custom;
use crate::scan::rules::Rules;
use crate::scan::strong::placeholders;
use crate::scan::terms::Terms;
use crate::scan::{Scanner, UNKNOWN};

impl Scanner {
    /// Checks and compiles a policy. This takes milliseconds, so a scanner is made once and then shared.
    ///
    /// # Errors
    ///
    /// Fails if the policy names an unknown kind, or has a pattern or a literal that is not valid: see [`PolicyError`].
    pub fn new(policy: &Policy) -> Result<Self, PolicyError> {
        let mut scanner = Self::of_tables(policy)?;
        scanner.add_custom(policy)?;
        let term = scanner.add_kind(Cow::Borrowed("term"), Cow::Borrowed("TERM"));
        check_literals("always_mask", &policy.always)?;
        check_literals("never_mask", &policy.never)?;
        scanner.always = Terms::new(term, &policy.always);
        scanner.never = Never::new(&policy.never)?;
        Ok(scanner)
    }

    fn of_tables(policy: &Policy) -> Result<Self, PolicyError> {
        check_kinds(policy)?;
        let mut rules = Rules::default();
        let mut kinds = Vec::new();
        let mut on = Vec::new();
        for (family, row) in TABLES.iter().flat_map(|(family, rows)| rows.iter().map(move |row| (*family, row))) {
            let id = KindId::at(kinds.len());
            let enabled = policy.enable.iter().any(|kind| kind == row.id);
            let masked = !policy.disable.iter().any(|kind| kind == row.id)
                && (enabled
                    || (row.tier == Tier::Default || policy.on.contains(&family)) && !policy.off.contains(&family));
            let looked_for = masked || row.tier == Tier::Default;
            let asked = row.asked.iter().filter(|_| masked && (enabled || policy.names));
            let chosen = row.rules.iter().filter(|_| looked_for).chain(asked);
            chosen.for_each(|rule| rules.insert(id, row.risk, rule));
            kinds.push(row.kind(family));
            on.push(masked);
        }
        let version = KindId::at(kinds.len());
        kinds.push(Kind { id: Cow::Borrowed("version"), ..UNKNOWN });
        on.push(false);
        rules.insert_excuse(version, &VERSIONS);
        let (literals, anchors) = rules.literals();
        let (custom, always, never) = (Vec::new(), Terms::default(), Never::default());
        let policy = placeholder::digest(format!("{policy:?}").as_bytes());
        let forms = kinds.iter().map(|kind| Form::of(&kind.id)).collect();
        let masked = |id: &str| kinds.iter().zip(&on).position(|(kind, on)| *on && kind.id == id).map(KindId::at);
        let told = Told { bucket: masked("s3_bucket"), database: masked("rds_instance") };
        Ok(Self { kinds, forms, rules, literals, anchors, custom, always, never, on, told, version, policy })
    }

    fn add_custom(&mut self, policy: &Policy) -> Result<(), PolicyError> {
        if policy.custom.len() > CUSTOM_MAX {
            return Err(PolicyError::TooMany { list: "custom_patterns", max: CUSTOM_MAX });
        }
        for (pattern, at) in policy.custom.iter().zip(1..) {
            let refused = |why| PolicyError::Custom { at, why };
            if !placeholder::is_label(&pattern.label) {
                return Err(refused(CustomError::Label));
            }
            let custom = Custom::new(pattern).map_err(refused)?;
            let id = format!("custom_{}", pattern.label.to_ascii_lowercase());
            let kind = match self.kind_id(&id) {
                Some(kind) => kind,
                None => self.add_kind(Cow::Owned(id), Cow::Owned(pattern.label.clone())),
            };
            self.custom.push((kind, custom));
        }
        Ok(())
    }

    fn add_kind(&mut self, id: Cow<'static, str>, label: Cow<'static, str>) -> KindId {
        let at = KindId::at(self.kinds.len());
        let (risk, tier) = (Risk::Secret, Tier::Default);
        self.kinds.push(Kind { id, label, family: Family::Custom, risk, tier });
        self.forms.push(Form::Whole);
        self.on.push(true);
        at
    }
}

fn check_kinds(policy: &Policy) -> Result<(), PolicyError> {
    let is_kind = |name: &String| TABLES.iter().any(|(_, rows)| rows.iter().any(|row| row.id == name));
    for (list, kinds) in [("enable", &policy.enable), ("disable", &policy.disable)] {
        if let Some(index) = kinds.iter().position(|kind| !is_kind(kind)) {
            return Err(PolicyError::UnknownKind { list, at: index + 1 });
        }
    }
    match policy.enable.iter().position(|kind| policy.disable.contains(kind)) {
        Some(index) => Err(PolicyError::BothWays { at: index + 1 }),
        None => Ok(()),
    }
}

fn check_literals(list: &'static str, literals: &[String]) -> Result<(), PolicyError> {
    if literals.len() > LITERALS_MAX {
        return Err(PolicyError::TooMany { list, max: LITERALS_MAX });
    }
    let bad = |literal: &String| !LITERAL_BYTES.contains(&literal.len()) || !placeholders(literal).0.is_empty();
    match literals.iter().position(bad) {
        Some(index) => Err(PolicyError::Literal { list, at: index + 1 }),
        None => Ok(()),
    }
}
