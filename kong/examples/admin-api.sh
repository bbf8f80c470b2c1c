#!/bin/sh
# The same as kong.yml through the Admin API, for a Kong with a database or for a control plane of a hybrid Kong.
#
# - Every data plane needs the .wasm and its .meta.json in its own KONG_WASM_FILTERS_PATH, like the control plane: one
#   that lacks a filter is refused (FILTER_SET_INCOMPATIBLE).
# - Do it before there is traffic. A change that alters a filter chain destroys the filter's memory in each worker, and
#   with it what the exchanges in flight can restore; replacing data planes one by one avoids that.
set -eu
admin=${KONG_ADMIN:-http://127.0.0.1:8001}

put() {
    curl --silent --show-error --fail-with-body --request PUT "$admin/$1" \
        --header 'content-type: application/json' --data "$2"
    echo
}

put services/anthropic '{"url": "https://api.anthropic.com", "tls_verify": true, "tls_verify_depth": 5,
    "connect_timeout": 10000, "write_timeout": 60000, "read_timeout": 600000, "retries": 0}'

put services/anthropic/routes/anthropic-v1 '{"paths": ["/v1"], "strip_path": false,
    "request_buffering": true, "response_buffering": false}'

# As an entry of a filter chain, whose name makes the call repeatable. As a plugin it would be
# POST /routes/anthropic-v1/plugins with {"name": "aws_masker", "config": {…}}.
put routes/anthropic-v1/filter-chains/masking '{"filters": [{"name": "aws_masker",
    "config": {"sidecar": "unix:/run/aws-masker/sidecar.sock", "scope": "default"}}]}'

# The filters that the route runs now; aws_masker must be among them.
curl --silent --show-error --fail-with-body "$admin/routes/anthropic-v1/filters/enabled"
echo
