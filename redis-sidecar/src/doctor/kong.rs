//! A declarative configuration of Kong: whether every route to a provider is masked, once, and by nothing evaded.

use filter_config::Written;
use serde::Deserialize;
use serde_json::Value;

use super::conf::TRANSFORMERS;
use super::{Finding, member};
use crate::check::{ANY_SIDECAR, checked};

const FILTER: &str = "aws_masker";
/// Plugins that tell who the consumer is.
const AUTHENTICATION: [&str; 7] = ["key-auth", "jwt", "basic-auth", "hmac-auth", "oauth2", "ldap-auth", "session"];

/// One route, with everything that applies to it.
struct Route<'d> {
    name: String,
    url: String,
    route: &'d Value,
    service: &'d Value,
    plugins: Vec<&'d Value>,
    filters: Vec<&'d Value>,
}

pub(super) fn check(text: &str) -> Vec<Finding> {
    let document: Value = match serde_saphyr::from_str(text) {
        Ok(document) => document,
        // The parser's message may quote the file.
        Err(_) => return vec![Finding::bad("the file is not valid YAML", "run it through `kong config parse`")],
    };
    let routes = routes(&document);
    if routes.is_empty() {
        return vec![Finding::doubtful("the file has no routes", "declare one as in kong/kong.yml")];
    }
    routes.iter().flat_map(of_route).collect()
}

fn items<'d>(of: &'d Value, list: &str) -> impl Iterator<Item = &'d Value> + Clone {
    member(of, list).as_array().map_or(&[][..], Vec::as_slice).iter()
}

/// Returns whether an entity refers to another one by its name or id.
fn names(reference: &Value, entity: &Value) -> bool {
    let reference = if reference.is_object() { member(reference, "name") } else { reference };
    !reference.is_null() && ["name", "id"].iter().any(|of| reference == member(entity, of))
}

fn routes(document: &Value) -> Vec<Route<'_>> {
    let nested =
        items(document, "services").flat_map(|service| items(service, "routes").map(move |route| (service, route)));
    let alone = items(document, "routes").map(|route| {
        let service = items(document, "services").find(|service| names(member(route, "service"), service));
        (service.unwrap_or(&Value::Null), route)
    });
    nested.chain(alone).map(|(service, route)| of(document, service, route)).collect()
}

fn of<'d>(document: &'d Value, service: &'d Value, route: &'d Value) -> Route<'d> {
    let applies = |entity: &&Value| match (member(entity, "route"), member(entity, "service")) {
        (Value::Null, Value::Null) => true,
        (Value::Null, named) => names(named, service),
        (named, _) => names(named, route),
    };
    let own = |entity: &&Value| {
        !(member(entity, "route").is_null() && member(entity, "service").is_null()) && applies(entity)
    };
    let plugins =
        items(document, "plugins").filter(applies).chain(items(service, "plugins")).chain(items(route, "plugins"));
    let chains = items(document, "filter_chains").filter(own);
    let chains = chains.chain(items(service, "filter_chains")).chain(items(route, "filter_chains"));
    let (filters, plugins): (Vec<_>, Vec<_>) = plugins.partition(|plugin| member(plugin, "name") == FILTER);
    let chained = chains.filter(|chain| member(chain, "enabled") != false).flat_map(|chain| items(chain, "filters"));
    let filters = filters.into_iter().chain(chained.filter(|filter| member(filter, "name") == FILTER));
    let host =
        |of: &Value| member(of, "url").as_str().or(member(of, "host").as_str()).unwrap_or("its upstream").to_owned();
    Route {
        name: member(route, "name").as_str().unwrap_or("without a name").to_owned(),
        url: host(service),
        route,
        service,
        plugins,
        filters: filters.filter(|filter| member(filter, "enabled") != false).collect(),
    }
}

fn of_route(of: &Route<'_>) -> Vec<Finding> {
    let Route { name, url, route, service, plugins, filters } = of;
    let filter = match filters.as_slice() {
        [] if is_own(url) => return vec![Finding::good(format!("route {name} stays on this machine"))],
        [] => {
            return vec![Finding::bad(
                format!("route {name} sends requests to {url} unmasked"),
                "add `plugins: [{name: aws_masker, config: …}]` under the route, and nowhere `enabled: false`",
            )];
        }
        [filter] => filter,
        _ => {
            return vec![Finding::bad(
                format!("route {name} has the filter {} times", filters.len()),
                "keep one: on the route or on its service, as a plugin or in a filter chain",
            )];
        }
    };
    let mut findings: Vec<Finding> = plugins.iter().filter_map(|plugin| evades(name, plugin)).collect();
    if member(route, "response_buffering") != false {
        findings.push(Finding::bad(
            format!("route {name} holds streamed responses back"),
            "response_buffering: false under the route",
        ));
    }
    if !is_own(url) && member(service, "retries").as_u64().unwrap_or(5) > 0 {
        findings.push(Finding::doubtful(
            format!("route {name} may send a request to {url} again, which may be served and paid for twice"),
            "retries: 0 under the service",
        ));
    }
    if url.starts_with("https") && member(service, "tls_verify") != true {
        findings.push(Finding::doubtful(
            format!("route {name} does not verify the certificate of {url}"),
            "tls_verify: true under the service",
        ));
    }
    findings.extend(of_configuration(name, member(filter, "config"), plugins));
    if findings.is_empty() {
        findings.push(Finding::good(format!("route {name} to {url} is masked")));
    }
    findings
}

/// The plugins that send a body before the filter sees it.
fn evades(route: &str, plugin: &Value) -> Option<Finding> {
    let name = member(plugin, "name").as_str().filter(|_| member(plugin, "enabled") != false)?;
    let transforms = TRANSFORMERS.contains(&name);
    let buffers = name.starts_with("ai-proxy") && member(member(plugin, "config"), "response_streaming") != "always";
    (transforms || buffers).then(|| {
        Finding::bad(
            format!("route {route} has {name}, which sends the body before it is masked"),
            "leave the plugin out; ai-proxy works with response_streaming: always",
        )
    })
}

fn of_configuration(route: &str, config: &Value, plugins: &[&Value]) -> Vec<Finding> {
    // Filter chains may have it as a text.
    let text = config.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let config = text.as_ref().unwrap_or(config);
    let mut findings = Vec::new();
    findings.extend(refused(config).map(|reason| {
        Finding::bad(format!("route {route}: the filter refuses its configuration: {reason}"), "that member")
    }));
    if member(config, "mode") == "observe" {
        findings.push(Finding::bad(format!("route {route} only observes: values leave"), "mode: mask"));
    }
    if member(config, "redis_fallback") == true {
        findings.push(Finding::doubtful(
            format!("route {route} serves without the vault: mappings may be dropped, and with them what they restore"),
            "redis_fallback: false",
        ));
    }
    for secret in ["sidecar_token", "secret"] {
        if member(config, secret).is_string() {
            findings.push(Finding::doubtful(
                format!("route {route} has {secret} in the file"),
                "AWS_MASKER_TOKEN or AWS_MASKER_SECRET in Kong's environment, named in nginx_main_env",
            ));
        }
    }
    match member(config, "sidecar").as_str() {
        Some(address) if address.starts_with("unix:/") || is_address(address) => {}
        Some(_) => findings.push(Finding::doubtful(
            format!("route {route} calls its sidecar by a name, which only nginx's own resolver resolves"),
            "sidecar: unix:/run/aws-masker/sidecar.sock, or an address",
        )),
        None if member(config, "use_redis") == false => {}
        None => findings.push(Finding::bad(
            format!("route {route} has no sidecar"),
            "sidecar: unix:/run/aws-masker/sidecar.sock, or use_redis: false with AWS_MASKER_SECRET",
        )),
    }
    let identifies =
        |plugin: &&&Value| member(plugin, "name").as_str().is_some_and(|name| AUTHENTICATION.contains(&name));
    if !member(member(config, "scope"), "header").is_null() && !plugins.iter().any(|plugin| identifies(&plugin)) {
        findings.push(Finding::bad(
            format!("route {route} lets clients choose their scope: nothing sets the header"),
            "an authentication plugin on the route, as in kong/examples/consumers.yml",
        ));
    }
    findings
}

/// The filter's own reason not to take a configuration, other than that it has none or names no sidecar.
fn refused(config: &Value) -> Option<String> {
    let mut written = Written::deserialize(config).ok()?;
    if member(config, "sidecar").is_null() {
        written.set("sidecar", Written::Text(ANY_SIDECAR.to_owned()));
    }
    checked(&written).err().map(|reason| reason.to_string())
}

/// `10.0.0.1:9001`, `[::1]:9001`.
fn is_address(text: &str) -> bool {
    text.parse::<std::net::SocketAddr>().is_ok()
}

fn is_own(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|own| rest.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    const OURS: &str = include_str!("../../../kong/kong.yml");

    fn wrong(text: &str) -> Vec<(Verdict, String)> {
        let wrong = check(text).into_iter().filter(|finding| finding.verdict != Verdict::Good);
        wrong.map(|finding| (finding.verdict, finding.what)).collect()
    }

    #[test]
    fn our_own_files_are_good() {
        assert_eq!(wrong(OURS), []);
        assert_eq!(check(OURS).len(), 3);
        for text in [
            include_str!("../../../kong/examples/consumers.yml"),
            include_str!("../../../kong/examples/filter-chain.yml"),
        ] {
            assert_eq!(wrong(text), []);
        }
    }

    #[test]
    fn what_would_let_values_out_is_found() {
        let plugin = "          - name: aws_masker\n            config: &masking\n";
        for (from, to, verdict, part) in [
            ("- name: aws_masker\n            config: *masking", "- name: key-auth", Verdict::Bad, "unmasked"),
            ("config: *masking", "enabled: false", Verdict::Bad, "unmasked"),
            (
                plugin,
                "          - name: ai-request-transformer\n          - name: aws_masker\n            config: &masking\n",
                Verdict::Bad,
                "before it is masked",
            ),
            (
                plugin,
                "          - name: ai-proxy\n          - name: aws_masker\n            config: &masking\n",
                Verdict::Bad,
                "before it is masked",
            ),
            (
                "    retries: 0\n",
                "    plugins: [{name: aws_masker, config: {}}]\n    retries: 0\n",
                Verdict::Bad,
                "2 times",
            ),
            ("        response_buffering: false\n", "", Verdict::Bad, "holds streamed"),
            ("    retries: 0\n", "", Verdict::Doubtful, "paid for twice"),
            ("    tls_verify: true # AWS", "    # AWS", Verdict::Doubtful, "verify"),
            ("scope: default", "scope: { header: X-Team }", Verdict::Bad, "choose their scope"),
            ("scope: default", "mode: observe", Verdict::Bad, "only observes"),
            ("scope: default", "sidecar_token: 0123456789abcdef", Verdict::Doubtful, "sidecar_token in the file"),
            ("redis_fallback: false", "redis_fallback: true", Verdict::Doubtful, "without the vault"),
            (
                "sidecar: unix:/run/aws-masker/sidecar.sock",
                "sidecar: redis-sidecar:9001",
                Verdict::Doubtful,
                "by a name",
            ),
            ("sidecar: unix:/run/aws-masker/sidecar.sock\n", "use_redis: true\n", Verdict::Bad, "no sidecar"),
        ] {
            assert!(OURS.contains(from), "{from}");
            let wrong = wrong(&OURS.replacen(from, to, 1));
            let found = wrong.iter().any(|(own, what)| *own == verdict && what.contains(part));
            assert!(found, "{from} -> {to}: {wrong:?}");
        }
        assert_eq!(wrong("a: [").first().map(|(verdict, _)| *verdict), Some(Verdict::Bad));
        assert_eq!(wrong("{}").first().map(|(verdict, _)| *verdict), Some(Verdict::Doubtful));
    }
}
