//! What the settings file of a Kong means to a filter.

use std::collections::BTreeMap;

/// The variables that `nginx_proxy_set` declares, with what is in them when a request begins.
pub(crate) fn variables(conf: &str) -> BTreeMap<String, Vec<u8>> {
    let directives = setting(conf, "nginx_proxy_set").map(|first| format!("set {first}")).unwrap_or_default();
    let declared = directives.split(';').filter_map(|directive| {
        let (_, declaration) = directive.rsplit_once("set $")?;
        let (name, value) = declaration.trim().split_once(' ')?;
        Some((format!("ngx.{name}"), value.trim_matches('"').as_bytes().to_vec()))
    });
    declared.collect()
}

/// Whether there is a zone for data that instances share.
pub(crate) fn has_zone(conf: &str) -> bool {
    setting(conf, "nginx_wasm_shm_kv").is_some()
}

/// The variable and the word in it by which nginx refuses a request that Kong would send around a filter.
pub(crate) fn refuses_bypass(conf: &str) -> Option<(String, Vec<u8>)> {
    let directives = setting(conf, "nginx_proxy_set").filter(|all| all.contains("$uri = /kong_buffered_http"))?;
    let (_, condition) = directives.split("return 503").next()?.rsplit_once("if ($")?;
    let (name, rest) = condition.split_once(" = ")?;
    let (word, _) = rest.split_once(')')?;
    Some((format!("ngx.{name}"), word.as_bytes().to_vec()))
}

fn setting<'c>(conf: &'c str, name: &str) -> Option<&'c str> {
    let value = |line: &'c str| line.strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim);
    conf.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_settings_file_says() {
        let conf = "# x\nnginx_proxy_set = $a \"\"; set $b seen; if ($uri = /kong_buffered_http) { set_by_lua_block $b \
                    { return 'gone' } } if ($b = gone) { return 503 '{}'; } set $c on\nnginx_wasm_shm_kv = 64k\n";
        let declared: Vec<_> = variables(conf).into_iter().collect();
        let expected = [("ngx.a", ""), ("ngx.b", "seen"), ("ngx.c", "on")];
        assert_eq!(declared, expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())));
        assert_eq!(refuses_bypass(conf), Some(("ngx.b".to_owned(), b"gone".to_vec())));
        assert!(has_zone(conf) && !has_zone("") && refuses_bypass("nginx_proxy_set = $a 1").is_none());
    }
}
