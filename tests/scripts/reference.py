"""`make reference`: the references of the documentation and the schemas, from the tables of the code.

The catalogue is that of the core (`masking/examples/catalogue.rs`), the settings are those of the filter's schema
(`kong/filters/aws_masker.meta.json`), which tests hold against the filter itself. `--check` writes nothing, and
names what is stale.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
META = Path("kong/filters/aws_masker.meta.json")
CHART = Path("deploy/helm/aws-masker")
WIDTH = 120

# The pages' order of the settings. Every one of them is in one group, which a test checks.
GROUPS = {
    "The vault": ["sidecar", "sidecar_token", "use_redis", "secret", "redis_fallback", "mapping_ttl"],
    "The exchange": ["scope", "direction", "mode", "attachments", "strict", "restore_thinking"],
    "Who gets values": ["restore_guard", "restore_hosts", "restore", "restore_by", "never_restore"],
    "Families": [
        "mask_ec2_instances",
        "mask_network",
        "mask_s3_buckets",
        "mask_rds_instances",
        "mask_identity",
        "mask_secrets",
        "mask_tokens",
        "mask_messaging",
        "mask_containers",
        "mask_dns",
        "mask_private_ips",
        "mask_misc",
        "mask_personal",
        "mask_names",
    ],
    "Single kinds and values": [
        "kinds",
        "actions",
        "custom_patterns",
        "always_mask",
        "never_mask",
        "address_groups",
    ],
    "What is told": ["log_masked_requests", "record_masked_bodies"],
}
TITLES = {
    "compute": "Compute",
    "network": "Network",
    "storage": "Storage",
    "database": "Databases",
    "identity": "Identity",
    "secrets": "Secrets",
    "messaging": "Messaging",
    "containers": "Containers and functions",
    "dns": "DNS",
    "ip": "Addresses",
    "misc": "Everything else of AWS",
    "tokens": "Tokens of other services",
    "personal": "People",
}
RISKS = {"secret": "grants access", "identifier": "names something", "topology": "shows a network"}
# Kinds that a configuration makes by itself.
OWN_KINDS = "custom_[a-z0-9_]{1,16}"
LITERALS_KIND = "term"


def main() -> int:
    made = files(catalogue(), json.loads((ROOT / META).read_text()))
    stale = [path for path, text in made.items() if not same(ROOT / path, text)]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path} is stale: `make reference` writes it anew", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(made[path])
        print(f"{path} is new")
    return 0


def catalogue() -> dict:
    command = ["cargo", "run", "--quiet", "--locked", "--package", "masking", "--example", "catalogue"]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


def files(catalogue: dict, meta: dict) -> dict[Path, str]:
    """The generated files, by their paths."""
    meta = with_kinds(meta, catalogue)
    schema = meta["config_schema"]
    values = json.loads((ROOT / CHART / "values.schema.json").read_text())
    values["properties"]["filter"]["properties"]["config"] = of_the_chart(schema, catalogue)
    return {
        META: as_json(meta),
        Path("docs/kinds.md"): kinds_page(catalogue),
        Path("docs/configuration.md"): configuration_page(schema),
        Path("docs/aws-masker.schema.json"): as_json(editor_schema(schema, catalogue)),
        CHART / "values.schema.json": as_json(values),
        # Helm reads only what is in the chart.
        CHART / "files" / "rules.yml": (ROOT / "deploy/observability/rules.yml").read_text(),
    }


# --- The schemas ----------------------------------------------------------------------------------------------------


def with_kinds(meta: dict, catalogue: dict) -> dict:
    """The filter's schema with the names of all kinds where a configuration names one."""
    meta = json.loads(json.dumps(meta))
    ids = [kind["id"] for kind in catalogue["kinds"]]
    families = [family["name"] for family in catalogue["families"]] + ["custom"]
    settings = meta["config_schema"]["properties"]
    for name in ("enable", "disable"):
        settings["kinds"]["properties"][name]["items"] = {"type": "string", "enum": ids}
    own = {"type": "string", "pattern": f"^{OWN_KINDS}$"}
    seen = settings["restore"]["additionalProperties"]["anyOf"][1]
    seen["items"] = {"anyOf": [{"type": "string", "enum": [*families, *ids, LITERALS_KIND]}, own]}
    settings["never_restore"]["items"] = {"anyOf": [{"type": "string", "enum": [*ids, LITERALS_KIND]}, own]}
    (action,) = settings["actions"]["patternProperties"].values()
    words = "|".join([*families, *ids, LITERALS_KIND, OWN_KINDS])
    settings["actions"]["patternProperties"] = {f"^({words})$": action}
    return meta


def editor_schema(schema: dict, catalogue: dict) -> dict:
    """The same for editors, which complete the names of a list and not those of a pattern."""
    schema = json.loads(json.dumps(schema))
    actions = schema["properties"]["actions"]
    (action,) = actions.pop("patternProperties").values()
    names = [family["name"] for family in catalogue["families"]] + ["custom"]
    names += [kind["id"] for kind in catalogue["kinds"]] + [LITERALS_KIND]
    actions["additionalProperties"] = action
    actions["propertyNames"] = {"anyOf": [{"enum": names}, {"pattern": f"^{OWN_KINDS}$"}]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "aws-masker: the configuration of the filter",
        **schema,
        "if": {"properties": {"use_redis": {"const": False}}, "required": ["use_redis"]},
        "then": {"properties": {"direction": {"const": "to_provider"}}},
    }


def of_the_chart(schema: dict, catalogue: dict) -> dict:
    """The settings that a value of the chart may have: it sets the sidecar itself, and a secret is no value."""
    editor = editor_schema(schema, catalogue)
    settings = {
        name: it for name, it in editor["properties"].items() if name not in ("sidecar", "sidecar_token", "secret")
    }
    return {"type": "object", "additionalProperties": False, "properties": settings}


def as_json(value: object, indent: int = 0) -> str:
    """JSON as people write it: what fits on a line stands on one, and words are set like a paragraph."""
    return _written(value, 0) + "\n"


def _written(value: object, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (len(flat) + 2 * depth <= WIDTH and not _has_text(value)):
        return flat
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        members = [f"{json.dumps(name)}: {_written(member, depth + 1)}" for name, member in value.items()]
        return "{\n" + ",\n".join(inner + member for member in members) + f"\n{outer}}}"
    if all(isinstance(entry, str) for entry in value):
        return "[\n" + "\n".join(inner + line for line in _paragraph(value, WIDTH - len(inner))) + f"\n{outer}]"
    return "[\n" + ",\n".join(inner + _written(entry, depth + 1) for entry in value) + f"\n{outer}]"


def _has_text(value: object) -> bool:
    return isinstance(value, dict) and ("description" in value or "properties" in value)


def _paragraph(words: list[str], width: int) -> Iterator[str]:
    line = ""
    for number, word in enumerate(words, 1):
        written = json.dumps(word, ensure_ascii=False) + ("," if number < len(words) else "")
        if line and len(line) + 1 + len(written) > width:
            yield line
            line = ""
        line = f"{line} {written}" if line else written
    yield line


# --- The pages ------------------------------------------------------------------------------------------------------


def kinds_page(catalogue: dict) -> str:
    families = {family["name"]: family["switch"] for family in catalogue["families"]}
    kinds = catalogue["kinds"]
    off = sum(not kind["default"] for kind in kinds)
    page = f"""# Kinds

<!-- Written by `make reference` from masking/src/catalog. -->

What is recognised: {len(kinds)} kinds in {len(families)} families, version `{catalogue["version"]}` of the
catalogue. {off} of them are off unless the [configuration](configuration.md#kinds) enables them or, for those of
people, their family. A value of a kind gets the placeholder `AWS_<LABEL>_<12 characters>`, and the `Name` of one
resource of [the estate](estate.md#the-name-tag) `AWS_<LABEL>_NAME_<12 characters>`, with those of the resource.
Names of kinds and families are words for [`kinds`](configuration.md#kinds), [`actions`](configuration.md#actions) and
[`never_restore`](configuration.md#never_restore). The examples are tests; the value stands between `‹` and `›`.

Under a name means in any notation that people and tools use: `"Bucket": "b"`, `bucket = "b"`, `--bucket b`,
`S3_BUCKET=b`, `<Bucket>b</Bucket>`, a cell of a table, a sentence. Values that an ARN, a host name or a name has
shown are then found wherever else they stand in the request.

Two more kinds come from the configuration: `custom_<label>` for a
[custom pattern](configuration.md#custom_patterns), and `{LITERALS_KIND}` for
[`always_mask`](configuration.md#always_mask).
"""
    for family, switch in families.items():
        page += f"\n## {TITLES[family]}\n\n`{family}`, switched by [`{switch}`](configuration.md#{switch}).\n\n"
        page += "| kind | label | on | a value | recognised | example |\n|---|---|---|---|---|---|\n"
        page += "".join(kind_row(kind) for kind in kinds if kind["family"] == family)
    return page


def kind_row(kind: dict) -> str:
    found = "; ".join(kind["found"])
    if kind["asked"]:
        found += "; with [`mask_names`](configuration.md#mask_names), or if it is enabled by name: "
        found += "; ".join(kind["asked"])
    on = "yes" if kind["default"] else "no"
    cells = [f"`{kind['id']}`", f"`{kind['label']}`", on, RISKS[kind["risk"]], found, code(kind["example"])]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def code(text: str) -> str:
    """A text as code in a cell of a table."""
    text = text.replace("\n", " ").replace("\t", " ").strip()
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def configuration_page(schema: dict) -> str:
    page = """# Configuration

<!-- Written by `make reference` from kong/filters/aws_masker.meta.json. -->

The settings of the filter: `config` of the plugin in Kong, the `configuration` of the Wasm filter in Envoy,
`pluginConfig` in Istio, `config` of an EnvoyExtensionPolicy. Required are [`sidecar`](#sidecar) and its token, or
[`use_redis: false`](#use_redis) and a [`secret`](#secret). Unknown members are refused, and a filter with a wrong
configuration answers every request with 500 and `AWS_MASKER_4001`; the gateway's log has the reason. The sidecar's
own settings are environment variables: see [its README](../redis-sidecar/README.md).

Editors complete and check a configuration file with [`aws-masker.schema.json`](aws-masker.schema.json). In YAML,
with the YAML language server, this line at its top is enough:

```yaml
# yaml-language-server: $schema=docs/aws-masker.schema.json
sidecar: unix:/run/aws-masker/sidecar.sock
scope: platform
kinds:
  enable: [ipv6]
actions:
  secrets: alert
  private_key: refuse
```
"""
    for title, names in GROUPS.items():
        page += f"\n## {title}\n"
        for name in names:
            page += (
                f"\n### {name}\n\n{shape(schema['properties'][name])}\n\n{schema['properties'][name]['description']}\n"
            )
    return page


def shape(setting: dict) -> str:
    """The type, the bounds and the default of a setting, on a line."""
    told = "; ".join(_shapes(setting))
    default = f"; default `{json.dumps(setting['default'])}`" if "default" in setting else ""
    return told + default


def _shapes(setting: dict) -> Iterator[str]:
    if "anyOf" in setting:
        yield " or ".join(told for choice in setting["anyOf"] for told in _shapes(choice))
    elif "enum" in setting:
        yield "one of " + ", ".join(f"`{word}`" for word in setting["enum"])
    else:
        told: Callable[[dict], str] = _SHAPES[setting["type"]]
        yield told(setting)


def _text(setting: dict) -> str:
    if "minLength" in setting and "maxLength" in setting:
        return f"a text of {setting['minLength']} to {setting['maxLength']} characters"
    return f"a text of the form `{setting['pattern']}`" if "pattern" in setting else "a text"


def _list(setting: dict) -> str:
    most = f" of at most {setting['maxItems']:,} entries" if "maxItems" in setting else ""
    entry = setting["items"]
    if "enum" in entry or "anyOf" in entry:
        return f"a list{most} of [kinds](kinds.md)"
    return f"a list{most}, each {next(_shapes(entry))}"


def _object(setting: dict) -> str:
    if "patternProperties" in setting:
        (action,) = setting["patternProperties"].values()
        return f"an object: [kinds and families](kinds.md), each with {next(_shapes(action))}"
    if isinstance(setting.get("additionalProperties"), dict):
        return f"an object: names that you choose, each with {next(_shapes(setting['additionalProperties']))}"
    required = setting.get("required", [])
    members = (
        f"`{name}` ({next(_shapes(member))}{'' if name in required or not required else ', optional'})"
        for name, member in setting["properties"].items()
    )
    return "an object with " + ", ".join(members)


_SHAPES: dict[str, Callable[[dict], str]] = {
    "boolean": lambda _: "`true` or `false`",
    "integer": lambda it: (
        f"a whole number from {it['minimum']:,}" + (f" to {it['maximum']:,}" if "maximum" in it else "")
    ),
    "string": _text,
    "array": _list,
    "object": _object,
}


if __name__ == "__main__":
    sys.exit(main())
