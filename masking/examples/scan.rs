//! What would be masked in a text? Reads JSON lines `{"id", "text"}` and writes `{"id", "spans": [[start, end, kind], …]}`
//! with byte offsets; each text is one exchange.
fn main() {
    use masking::*;
    use std::io::{BufRead, Write};
    let catalogue = Catalogue::new(&Policy::default()).unwrap();
    let known = Known::default();
    let stdin = std::io::stdin();
    let mut out = std::io::BufWriter::new(std::io::stdout());
    for line in stdin.lock().lines() {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = line["text"].as_str().unwrap();
        let findings = catalogue.scan(&[Text { text, key: None }], &known);
        let spans: Vec<_> = findings.iter().map(|f| serde_json::json!([f.start, f.end, catalogue.kind(f.kind).id])).collect();
        writeln!(out, "{}", serde_json::json!({"id": line["id"], "spans": spans})).unwrap();
    }
}
