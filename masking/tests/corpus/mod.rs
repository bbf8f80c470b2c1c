//! The project's own corpus: `data/*.txt`, where `‹value›` must be found, whatever its kind, and nothing else.

/// A text with what must be found in it.
pub struct Document {
    pub name: String,
    pub text: String,
    pub spans: Vec<(usize, usize)>,
}

pub fn documents() -> Vec<Document> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| read(path.file_name().unwrap().to_str().unwrap(), &std::fs::read_to_string(path).unwrap()))
        .collect()
}

fn read(name: &str, marked: &str) -> Document {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut start = None;
    for c in marked.chars() {
        match c {
            '‹' => start = Some(text.len()),
            '›' => spans.push((start.take().unwrap(), text.len())),
            other => text.push(other),
        }
    }
    Document { name: name.to_owned(), text, spans }
}
