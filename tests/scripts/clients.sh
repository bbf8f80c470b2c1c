#!/bin/sh
# Installs the agents and frameworks of tests/clients, as their users get them. Quiet if they are there already.
set -eu
cd "$(dirname "$0")"

./venv.sh tests/clients .run/clients "LangChain, LiteLLM, pydantic-ai, Strands and boto3"
./node.sh clients "Claude Code, Codex and the AI SDK"
# Its package brings one program for each platform; npm may be set up not to run the script that chooses one.
claude=../clients/node_modules/@anthropic-ai/claude-code
"../clients/node_modules/.bin/claude" --version >/dev/null 2>&1 || node "$claude/install.cjs" >&2
