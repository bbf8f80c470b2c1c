"""pydantic-ai's models, plain and streamed: prints what it made of the answers."""

import asyncio
import json
import sys

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import ModelRequest, TextPart, ToolCallPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.tools import ToolDefinition

url, scenario, asks = sys.argv[1:]
how = {"api_key": "test", "max_retries": 0, "default_headers": {"x-scenario": scenario}}
anthropic = AnthropicProvider(anthropic_client=AsyncAnthropic(base_url=url, **how))
openai = OpenAIProvider(openai_client=AsyncOpenAI(base_url=f"{url}/v1", **how))
models = {
    "anthropic": AnthropicModel("claude-test-1", provider=anthropic),
    "chat": OpenAIChatModel("gpt-test-1", provider=openai),
    "responses": OpenAIResponsesModel("gpt-test-1", provider=openai),
}
tool = ToolDefinition(name="run", parameters_json_schema={"type": "object", "properties": {}})
asked = {
    "messages": [ModelRequest.user_text_prompt(asks)],
    "model_request_parameters": ModelRequestParameters(function_tools=[tool], allow_text_output=True),
}


def said(response) -> dict:
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    calls = [[part.tool_name, part.args_as_dict()] for part in response.parts if isinstance(part, ToolCallPart)]
    return {"text": text, "calls": calls}


async def main() -> None:
    answers = {}
    for name, model in models.items():
        answers[f"{name}, plain"] = said(await model_request(model, **asked))
        async with model_request_stream(model, **asked) as stream:
            async for _ in stream:
                pass
            answers[f"{name}, streamed"] = said(stream.get())
    print(json.dumps(answers))


asyncio.run(main())
