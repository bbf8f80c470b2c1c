//! Kong's settings: whether the filter can read whole bodies, keeps its state, and reaches its sidecar.

use std::collections::HashMap;

use super::Finding;

/// Bytes that a request of the Anthropic API may have.
const API_BYTES: u64 = 32_000_000;
/// Requests on one connection, whose bodies Kong holds until it closes.
const KEEPALIVE_MAX: u64 = 1_000;
/// They send the body with a client of their own, past the filter.
pub(super) const TRANSFORMERS: [&str; 2] = ["ai-request-transformer", "ai-response-transformer"];

/// The settings of a file, with those of the environment before them.
pub(super) fn settings<'e>(
    text: &str,
    environment: impl Iterator<Item = (&'e str, &'e str)>,
) -> HashMap<String, String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let written = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    let given = environment
        .filter_map(|(name, value)| Some((name.strip_prefix("KONG_")?.to_ascii_lowercase(), value.to_owned())));
    written.chain(given).collect()
}

pub(super) fn check(settings: &HashMap<String, String>) -> Vec<Finding> {
    let get = |name: &str| settings.get(name).map_or("", String::as_str);
    let holds = |name: &str, part: &str| get(name).contains(part);
    let rules = [
        (get("wasm") == "on", "Kong runs Wasm filters", "wasm = on"),
        (
            !get("wasm_filters_path").is_empty(),
            "Kong knows where its filters are",
            "wasm_filters_path = <the folder of aws_masker.wasm>",
        ),
        (
            holds("nginx_main_env", "AWS_MASKER_TOKEN") || holds("nginx_main_env", "AWS_MASKER_SECRET"),
            "the filter gets its token from the environment",
            "nginx_main_env = AWS_MASKER_TOKEN; env AWS_MASKER_ZONE=on",
        ),
        (
            holds("nginx_main_env", "AWS_MASKER_ZONE=on") != get("nginx_wasm_shm_kv").is_empty(),
            "the zone for what outlives the filter's memory is declared and told",
            "nginx_wasm_shm_kv = 16m, and AWS_MASKER_ZONE=on in nginx_main_env: both or neither",
        ),
        (
            holds("nginx_proxy_set", "$aws_masker_request") && holds("nginx_proxy_set", "$aws_masker_response"),
            "what a response is restored with is kept with its request",
            "nginx_proxy_set as in kong/kong.conf; without it, responses stay masked after a push, and a plugin that buffers \
             responses lets requests leave unmasked",
        ),
        (
            get("nginx_wasm_proxy_wasm_lua_resolver") == "off",
            "calls to the sidecar do not use Kong's resolver",
            "nginx_wasm_proxy_wasm_lua_resolver = off; with it a worker's calls end after some 12,300",
        ),
        (
            get("nginx_proxy_proxy_ssl_verify") == "on",
            "the provider's certificate is verified",
            "nginx_proxy_proxy_ssl_verify = on, with nginx_proxy_proxy_ssl_trusted_certificate",
        ),
        (
            get("plugins").is_empty() || !TRANSFORMERS.iter().any(|name| holds("plugins", name)),
            "no plugin is loaded that sends bodies past the filter",
            "leave ai-request-transformer and ai-response-transformer out of plugins",
        ),
        (
            !get("plugins").is_empty() && !get("plugins").split(',').any(|name| name.trim() == "bundled"),
            "the plugins are named one by one",
            "name the plugins as in kong/kong.conf: bundled includes ai-request-transformer and ai-response-transformer",
        ),
    ];
    let rules = rules.map(|(holds, what, mend)| finding(holds, what, mend));
    rules.into_iter().chain([buffer(get), keepalive(get)]).collect()
}

fn finding(holds: bool, what: &str, mend: &str) -> Finding {
    if holds { Finding::good(what) } else { Finding::bad(format!("not so: {what}"), mend) }
}

fn buffer<'s>(get: impl Fn(&str) -> &'s str) -> Finding {
    let buffer = bytes(get("nginx_http_client_body_buffer_size")).unwrap_or(8 << 10);
    // Without a limit nginx takes a body of any size.
    let limit = bytes(get("nginx_http_client_max_body_size")).filter(|limit| *limit > 0).unwrap_or(u64::MAX);
    let lines = "nginx_http_client_body_buffer_size = 32m and nginx_http_client_max_body_size = 31m";
    if limit >= buffer {
        Finding::bad("a body can be longer than the buffer in which the filter reads it (413, AWS_MASKER_2003)", lines)
    } else if limit < API_BYTES - 1_000_000 {
        Finding::doubtful(format!("bodies above {limit} bytes are answered with 413, and the API takes 32 MB"), lines)
    } else {
        Finding::good("every body fits into the buffer in which the filter reads it")
    }
}

fn keepalive<'s>(get: impl Fn(&str) -> &'s str) -> Finding {
    match get("nginx_http_keepalive_requests").parse() {
        Ok(0..=KEEPALIVE_MAX) => Finding::good("connections are closed before they hold too many bodies"),
        Ok(_) | Err(_) => Finding::doubtful(
            "Kong holds the replaced bodies of all requests of a connection, up to 10,000",
            "nginx_http_keepalive_requests = 64",
        ),
    }
}

/// A size as nginx writes it: `32m`.
fn bytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match lower.get(digits.len()..)? {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    const OURS: &str = include_str!("../../../kong/kong.conf");

    fn verdicts(environment: &[(&str, &str)]) -> Vec<(Verdict, String)> {
        let findings = check(&settings(OURS, environment.iter().copied()));
        let wrong = findings.into_iter().filter(|finding| finding.verdict != Verdict::Good);
        wrong.map(|finding| (finding.verdict, finding.mend)).collect()
    }

    #[test]
    fn our_own_settings_are_good_and_each_that_is_taken_away_is_missed() {
        assert_eq!(verdicts(&[("KONG_PREFIX", "/tmp/kong")]), []);
        for (name, value, verdict, mend) in [
            ("KONG_WASM", "off", Verdict::Bad, "wasm = on"),
            ("KONG_WASM_FILTERS_PATH", "", Verdict::Bad, "wasm_filters_path"),
            ("KONG_NGINX_MAIN_ENV", "AWS_MASKER_ZONE=on", Verdict::Bad, "AWS_MASKER_TOKEN"),
            ("KONG_NGINX_MAIN_ENV", "AWS_MASKER_TOKEN", Verdict::Bad, "both or neither"),
            ("KONG_NGINX_PROXY_SET", "", Verdict::Bad, "nginx_proxy_set"),
            ("KONG_NGINX_WASM_PROXY_WASM_LUA_RESOLVER", "on", Verdict::Bad, "12,300"),
            ("KONG_NGINX_PROXY_PROXY_SSL_VERIFY", "off", Verdict::Bad, "ssl_verify"),
            ("KONG_PLUGINS", "key-auth, ai-request-transformer", Verdict::Bad, "leave"),
            ("KONG_PLUGINS", "bundled", Verdict::Bad, "bundled includes"),
            ("KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE", "8k", Verdict::Bad, "= 32m"),
            ("KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE", "0", Verdict::Bad, "= 31m"),
            ("KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE", "1m", Verdict::Doubtful, "= 31m"),
            ("KONG_NGINX_HTTP_KEEPALIVE_REQUESTS", "10000", Verdict::Doubtful, "= 64"),
        ] {
            let wrong = verdicts(&[(name, value)]);
            assert_eq!(wrong.len(), 1, "{name}={value}: {wrong:?}");
            assert!(wrong[0].0 == verdict && wrong[0].1.contains(mend), "{name}={value}: {wrong:?}");
        }
    }

    #[test]
    fn a_size_of_nginx() {
        for (text, expected) in
            [("32m", Some(33_554_432)), ("8K", Some(8_192)), ("0", Some(0)), ("", None), ("x", None)]
        {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
