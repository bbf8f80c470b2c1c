//! A name in the spellings of the notations: `DBInstanceIdentifier`, `db_instance_identifier`, `--db-instance-identifier` …

/// The words of a name.
#[derive(Clone, Debug)]
pub struct Spelled {
    words: Vec<String>,
}

impl Spelled {
    pub fn new(name: &str) -> Self {
        Self { words: name.split(' ').map(str::to_owned).collect() }
    }

    pub fn as_str(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Puts the name into a template, in each spelling that it asks for with a `§`.
    pub fn fill(&self, template: &str) -> String {
        let spellings = self.spellings();
        spellings.iter().fold(template.to_owned(), |text, (mark, spelling)| text.replace(mark, spelling))
    }

    /// The longer mark stands in front of the one that it begins with.
    fn spellings(&self) -> [(&'static str, String); 14] {
        let words = self.joined(" ");
        let (head, tail) = self.parts();
        [
            ("§Pascals", plural(&self.pascal())),
            ("§Pascal", self.pascal()),
            ("§camels", plural(&self.camel())),
            ("§camel", self.camel()),
            ("§snakes", plural(&self.joined("_"))),
            ("§snake", self.joined("_")),
            ("§kebab", self.joined("-")),
            ("§dots", self.joined(".")),
            ("§COLUMN", words.to_uppercase().replace(' ', "-")),
            ("§UPPER", self.joined("_").to_uppercase()),
            ("§Title", self.title()),
            ("§words", words),
            ("§head", head.camel()),
            ("§tail", tail.to_owned()),
        ]
    }

    /// The thing and its property: `hosted zone` and `id`, `bucket` and `name`.
    fn parts(&self) -> (Self, &str) {
        match self.words.split_last() {
            Some((last, head)) if !head.is_empty() && ["id", "name", "identifier"].contains(&last.as_str()) => {
                (Self { words: head.to_vec() }, last)
            }
            _ => (self.clone(), "name"),
        }
    }

    fn joined(&self, separator: &str) -> String {
        self.words.join(separator)
    }

    fn pascal(&self) -> String {
        self.words.iter().map(|word| capital(word)).collect()
    }

    fn camel(&self) -> String {
        let (first, rest) = self.words.split_first().unwrap();
        rest.iter().fold(first.clone(), |name, word| name + &capital(word))
    }

    fn title(&self) -> String {
        self.words.iter().map(|word| capital(word)).collect::<Vec<_>>().join(" ")
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

pub fn plural(name: &str) -> String {
    // `created by` and `values` have none.
    if ["by", "By", "values", "Values"].iter().any(|end| name.ends_with(end)) {
        return name.to_owned();
    }
    match name.strip_suffix('y').filter(|stem| !stem.ends_with(['e', 'o', 'a'])) {
        Some(stem) => format!("{stem}ies"),
        None if name.ends_with('s') => format!("{name}es"),
        None => format!("{name}s"),
    }
}

#[test]
fn names_have_spellings() {
    let cases = [
        ("db instance identifier", "DbInstanceIdentifier db_instance_identifier dbInstance.identifier"),
        ("bucket", "Bucket bucket bucket.name"),
        ("계정", "계정 계정 계정.name"),
    ];
    for (name, expected) in cases {
        assert_eq!(Spelled::new(name).fill("§Pascal §snake §head.§tail"), expected);
    }
}
