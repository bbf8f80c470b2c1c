//! Tokens of services other than AWS that stand beside its own in configurations and logs. Formats are those of the
//! services' documentation and of the secret scanners that they take part in (GitHub secret scanning, "Supported
//! secret scanning patterns").

use super::{Check, Edge, KeyRule, ROW, Risk, Row, Rule};

const SECRET: Row = Row { risk: Risk::Secret, ..ROW };

pub(super) const ROWS: &[Row] = &[
    Row {
        id: "github_token",
        label: "GITHUB_TOKEN",
        rules: &[
            // GitHub docs, "About authentication to GitHub", "GitHub's token formats".
            Rule::Literal("ghp_|gho_|ghu_|ghs_|ghr_", "gh[pousr]_[A-Za-z0-9_]{36,255}", Edge::Word, Check::None),
            Rule::Literal("github_pat_", "github_pat_[A-Za-z0-9_]{36,255}", Edge::Word, Check::Mixed),
        ],
        yes: &[
            "GITHUB_TOKEN=‹ghp_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi›",
            r#"{\"token\":\"‹github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoPqRsTuVwXyZ01›\"}"#,
            "https://x-access-token:‹ghs_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi›@github.com/a/b",
        ],
        no: &["ghp_your_token", "highp_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi", "github_pat_"],
        ..SECRET
    },
    Row {
        id: "gitlab_token",
        label: "GITLAB_TOKEN",
        rules: &[Rule::Literal(
            "glpat-|gldt-|glrt-|glrtr-|glptt-|glft-|glsoat-|glcbt-|glimt-|glagent-|gloas-|glffct-",
            "gl(?:pat|dt|rtr?|ptt|ft|soat|cbt|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{20,300}",
            Edge::Word,
            Check::Digit,
        )],
        yes: &["PRIVATE-TOKEN: ‹glpat-8xK2mQ9vL4nRt7YwZp3B›"],
        no: &["glpat-your-token-goes-right-here", "glrt-1"],
        ..SECRET
    },
    Row {
        id: "slack_token",
        label: "SLACK_TOKEN",
        rules: &[
            // Slack API, "Token types"; the tokens of its desktop client begin with `xoxc` and `xoxd`.
            Rule::Literal(
                "xoxa-|xoxb-|xoxc-|xoxd-|xoxe-|xoxe.xox|xoxo-|xoxp-|xoxr-|xoxs-|xapp-",
                r"(?:xox[abcdeoprs]|xoxe\.xox[bp]|xapp)-[A-Za-z0-9%/+=-]{14,500}",
                Edge::Word,
                Check::Digit,
            ),
            // Who has the address may post.
            Rule::After(
                "hooks.slack.com/",
                "[Hh]ooks\\.[Ss]lack\\.com/(?:services|workflows|triggers)/([A-Z0-9]{6,14}/[A-Z0-9]{6,16}/[A-Za-z0-9]{16,64})",
                Check::Digit,
            ),
        ],
        yes: &[
            "SLACK_BOT_TOKEN=‹xoxb-305918274610-4711928305641-x7Kd92LmQv4TzPb81RnWc3Ys›",
            "https://hooks.slack.com/services/‹T01ABCDEF/B02GHIJKL/x7Kd92LmQv4TzPb81RnWc3Ys›",
        ],
        no: &["xoxb-your-slack-bot-token", "foxoxb-305918274610-4711928305641-x7Kd92LmQv4TzPb81RnWc3Ys"],
        ..SECRET
    },
    Row {
        id: "stripe_key",
        label: "STRIPE_KEY",
        // Stripe API reference, "Authentication". Publishable keys are no secret.
        rules: &[Rule::Literal(
            "sk_live_|sk_test_|rk_live_|rk_test_|whsec_",
            "(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}|whsec_[A-Za-z0-9+/=]{24,100})",
            Edge::Word,
            Check::Mixed,
        )],
        yes: &["STRIPE_SECRET=‹sk_live_4eC39HqLyjWDarjtT1zdp7dcQx82Lm›", "‹whsec_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUe›"],
        no: &["pk_live_4eC39HqLyjWDarjtT1zdp7dcQx82Lm", "sk_live_xxxxxxxxxxxxxxxxxxxx", "risk_test_coverage2"],
        ..SECRET
    },
    Row {
        id: "npm_token",
        label: "NPM_TOKEN",
        rules: &[Rule::Literal("npm_", "npm_[A-Za-z0-9]{36}", Edge::Word, Check::Mixed)],
        yes: &["//registry.example/:_authToken=‹npm_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi›"],
        no: &["npm_config_user_agent", "npm_lifecycle_event=test2"],
        ..SECRET
    },
    Row {
        id: "pypi_token",
        label: "PYPI_TOKEN",
        // A macaroon of the index, in base64: PyPI help, "How can I use API tokens".
        rules: &[Rule::Literal("pypi-ag", "pypi-Ag[A-Za-z0-9_-]{50,}", Edge::Word, Check::Mixed)],
        yes: &["password = ‹pypi-AgEIcHlwaS5vcmcCJDU2MTQ3ZDk5LTBmMTItNGE1Zi1hOWIxLTI4ZTBkN2M2YjVhNA›"],
        no: &["pypi-agent", "pypi-Ag"],
        ..SECRET
    },
    Row {
        id: "docker_token",
        label: "DOCKER_TOKEN",
        rules: &[Rule::Literal("dckr_pat_|dckr_oat_", "dckr_[po]at_[A-Za-z0-9_-]{20,64}", Edge::Word, Check::None)],
        yes: &["docker login -u acme -p ‹dckr_pat_x7Kd92LmQv4TzPb81RnWc3YsHf6›"],
        no: &["dckr_pat_"],
        ..SECRET
    },
    Row {
        id: "openai_key",
        label: "OPENAI_KEY",
        rules: &[Rule::Literal(
            "sk-",
            "sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}|[A-Za-z0-9]{48})",
            Edge::Word,
            Check::Mixed,
        )],
        yes: &[
            "OPENAI_API_KEY=\"‹sk-proj-x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXiT3BlbkFJx7Kd92Lm›\"",
            "‹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›",
        ],
        no: &["sk-proj-your-key-goes-right-here", "task-proj-x7Kd92LmQv4TzPb81RnWc3Ys", "sk-learn"],
        ..SECRET
    },
    Row {
        id: "anthropic_key",
        label: "ANTHROPIC_KEY",
        rules: &[Rule::Literal(
            "sk-ant-",
            "sk-ant-(?:api|admin|oat|ort|sid)[0-9]{2}-[A-Za-z0-9_-]{20,300}",
            Edge::Word,
            Check::None,
        )],
        yes: &["ANTHROPIC_API_KEY=‹sk-ant-api03-x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi-AA›"],
        no: &["sk-ant-api03-", "sk-ant-your-key-goes-right-here"],
        ..SECRET
    },
    Row {
        id: "google_key",
        label: "GOOGLE_KEY",
        rules: &[
            // A key of an API, the secret of an OAuth client, and its access token.
            Rule::Literal("aiza", "AIza[A-Za-z0-9_-]{35}", Edge::Word, Check::Digit),
            Rule::Literal("gocspx-", "GOCSPX-[A-Za-z0-9_-]{28}", Edge::Word, Check::Digit),
            Rule::Literal("ya29.", r"ya29\.[A-Za-z0-9_-]{30,}", Edge::Word, Check::Mixed),
        ],
        yes: &["key=‹AIzaSyD8x7Kd92LmQv4TzPb81RnWc3YsHf60Jg1›", "‹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›"],
        no: &["AIzaSy", "GOCSPX-your-client-secret"],
        ..SECRET
    },
    Row {
        id: "service_token",
        label: "SERVICE_TOKEN",
        rules: &[
            // Hugging Face, HashiCorp Vault, SendGrid, DigitalOcean.
            Rule::Literal("hf_", "hf_[A-Za-z0-9]{34}", Edge::Word, Check::Scrambled),
            Rule::Literal("hvs.|hvb.|hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{24,300}", Edge::Word, Check::Mixed),
            Rule::Literal("sg.", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", Edge::Word, Check::Digit),
            // SonarQube, Grafana, Databricks, Buildkite, age, Rancher.
            Rule::Literal("sqp_|squ_|sqa_", "sq[pua]_[0-9a-f]{40}", Edge::Word, Check::None),
            Rule::Literal("glsa_", "glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}", Edge::Word, Check::None),
            Rule::Literal("dapi", "dapi[0-9a-f]{32}(?:-[0-9])?", Edge::Word, Check::None),
            Rule::Literal("bkct_|bkua_", "bk(?:ct|ua)_[A-Za-z0-9]{36,64}", Edge::Word, Check::Mixed),
            Rule::Literal("age-secret-key-1", "AGE-SECRET-KEY-1[A-Z0-9]{50,64}", Edge::Word, Check::None),
            Rule::Literal(
                "kubeconfig-user-",
                "kubeconfig-user-[a-z0-9]{4,10}:[a-z0-9]{40,64}",
                Edge::Word,
                Check::None,
            ),
            // Of any other service, under the names that they have.
            Rule::Key(KeyRule {
                // Names end with these letters: `GITHUB_TOKEN`, `gitlab-token`, `deployToken`.
                names: "auth token|npm token|api token|bot token|job token|hub token|lab token|ploy token|security token|=_auth",
                value: "[A-Za-z0-9+/=_.~-]{20,}",
                check: Check::Generated,
            }),
            // Vault's before it had prefixes. (Its documentation, "Tokens")
            Rule::Key(KeyRule {
                names: "^token|vault token|client token",
                value: r"s\.[A-Za-z0-9]{24}",
                check: Check::Generated,
            }),
            Rule::Literal("dop_v1_|doo_v1_|dor_v1_", "do[opr]_v1_[0-9a-f]{64}", Edge::Word, Check::None),
        ],
        yes: &[
            "HF_TOKEN=‹hf_x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAo›",
            "// sonar.login=‹squ_6b1caa4a492da3e6c88be3b9b0e4542bab01b8a5›",
            "auth = \"‹glsa_CyksOYqKkfh8sBVIwG9lCsauEJs7cCNA_bd9b853d›\"",
            "Authorization: Bearer ‹dapi3ec8d2109dfc9b9ba36c0c7944c85c2e›",
            "token: ‹kubeconfig-user-o5h92:mrawcqiqwcg0j1dn3oxo41pw7w5hormxnprfdmxauxyi6yfgd1iwe3›",
            "token                ‹s.0MF93tE6a8C3DI8xeI8Gfjnn›\ntoken_accessor       hM64JXIMW5aRo59IjwqKfCYN\n",
            "VAULT_TOKEN=‹hvs.CAESIJx7Kd92LmQv4TzPb81RnWc3YsHf60›",
            "//registry.example/:_authToken=‹k3TzQ9vLm2Kp7tXw4RbN8cYd5HfJ›",
            "\"SecurityToken\": \"‹je7MtGbClwBF/2Zp9Utk/h3yCo8nvb2WqR5xKdLs›\"",
            "‹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›",
        ],
        no: &[
            "next_token: k3TzQ9vLm2Kp7tXw4RbN8cYd5HfJ",
            "auth_token = get_auth_token_v2_from_header",
            "hf_hub_download",
            "SG.your.key",
            "msg.body",
        ],
        ..SECRET
    },
    Row {
        id: "jwt",
        label: "JWT",
        // Header, payload and signature: RFC 7519 with RFC 7515. Both of the first are objects, so both begin with `{"`.
        rules: &[Rule::Literal(
            "eyj",
            r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
            Edge::Word,
            Check::Mixed,
        )],
        yes: &[
            "Cookie: session=‹eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.x7Kd92LmQv4TzPb81RnWc3YsHf60JgUeAoXi›; a=b",
        ],
        no: &["eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ"],
        ..SECRET
    },
];
