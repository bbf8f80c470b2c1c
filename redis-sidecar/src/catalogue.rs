//! The catalogue of `masking` as the sidecar uses it: the kinds that names of an estate have, and the placeholders that the
//! filter mints for them.

use std::sync::OnceLock;

use masking::{Kind, Mint, Placeholder, Policy, Scanner};

/// The scanner with the default policy; `None` if the catalogue cannot be compiled, which its own tests exclude.
pub fn scanner() -> Option<&'static Scanner> {
    static SCANNER: OnceLock<Option<Scanner>> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(&Policy::default()).ok()).as_ref()
}

/// The kind with this id.
pub fn kind(id: &str) -> Option<&'static Kind> {
    let scanner = scanner()?;
    Some(scanner.kind(scanner.kind_id(id)?))
}

/// The placeholder that the filter mints for a name of this kind.
pub fn placeholder(mint: &Mint, kind: &Kind, name: &str) -> Placeholder {
    mint.placeholder(&kind.id, &kind.label, name)
}

/// The placeholder of the name of a resource of this kind, with the code of its id; `None` if there is none for the kind.
pub fn name_placeholder(mint: &Mint, kind: &Kind, id: &str) -> Option<Placeholder> {
    mint.name_placeholder(&kind.id, &kind.label, id)
}
