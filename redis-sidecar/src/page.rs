//! The files of the page. They are part of the program, so that nothing is fetched from anywhere else.

/// One file.
#[derive(Debug)]
pub struct Asset {
    pub path: &'static str,
    pub media_type: &'static str,
    /// Empty if there is only the packed one: the program of the try-box, which every browser that runs it unpacks.
    pub bytes: &'static [u8],
    /// By gzip, at the build.
    pub packed: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! asset {
    ($path:literal, $file:literal, $media_type:expr) => {
        Asset {
            path: $path,
            media_type: $media_type,
            bytes: include_bytes!(concat!("page/assets/", $file)),
            packed: include_bytes!(concat!(env!("OUT_DIR"), "/", $file, ".gz")),
        }
    };
}

const FILES: &[Asset] = &[
    asset!("/", "index.html", HTML),
    asset!("/page/page.css", "page.css", CSS),
    asset!("/page/icon.svg", "icon.svg", PICTURE),
    asset!("/page/main.js", "main.js", SCRIPT),
    asset!("/page/call.js", "call.js", SCRIPT),
    asset!("/page/chart.js", "chart.js", SCRIPT),
    asset!("/page/dom.js", "dom.js", SCRIPT),
    asset!("/page/exchanges.js", "exchanges.js", SCRIPT),
    asset!("/page/health.js", "health.js", SCRIPT),
    asset!("/page/mappings.js", "mappings.js", SCRIPT),
    asset!("/page/minutes.js", "minutes.js", SCRIPT),
    asset!("/page/reveal.js", "reveal.js", SCRIPT),
    asset!("/page/setup.js", "setup.js", SCRIPT),
    asset!("/page/truth.js", "truth.js", SCRIPT),
    asset!("/page/try.js", "try.js", SCRIPT),
    asset!("/page/try-worker.js", "try-worker.js", SCRIPT),
    asset!("/page/wasi.js", "wasi.js", SCRIPT),
];

/// The program of the try-box; empty if it was not built. See `build.rs`.
const TRY_BOX: Asset = Asset {
    path: "/page/try-box.wasm",
    media_type: "application/wasm",
    bytes: &[],
    packed: include_bytes!(concat!(env!("OUT_DIR"), "/try-box.wasm.gz")),
};

/// All files that there are.
pub fn assets() -> impl Iterator<Item = &'static Asset> {
    FILES.iter().chain(has_try_box().then_some(&TRY_BOX))
}

pub fn has_try_box() -> bool {
    !TRY_BOX.packed.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file names must be there, and nothing must be named that is elsewhere.
    #[test]
    fn the_page_names_its_own_files_only() {
        let paths: Vec<_> = assets().map(|asset| asset.path).collect();
        for asset in FILES {
            let text = std::str::from_utf8(asset.bytes).unwrap();
            for imported in text.split("from \"./").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(paths.contains(&format!("/page/{imported}").as_str()), "{}: {imported}", asset.path);
            }
            for linked in ["href=\"/page/", "src=\"/page/"].iter().flat_map(|mark| text.split(mark).skip(1)) {
                let linked = format!("/page/{}", linked.split('"').next().unwrap());
                assert!(paths.contains(&linked.as_str()), "{}: {linked}", asset.path);
            }
            for forbidden in ["innerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\"", " onclick="] {
                assert!(!text.contains(forbidden), "{}: {forbidden}", asset.path);
            }
        }
    }
}
