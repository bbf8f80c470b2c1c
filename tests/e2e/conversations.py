"""The conversations that every dialect must carry: what the client asks, what the model says, what must come back."""

from dataclasses import dataclass

from rig import planted
from rig.upstream import Text, Tool
from rig.upstream.blocks import RESTORED, Block, spoken


@dataclass(frozen=True)
class Conversation:
    name: str
    # The user's message; its values stand in `values` in the order in which they first appear.
    asks: str
    values: tuple[str, ...]
    says: tuple[Block, ...]

    def expected(self) -> list[Block]:
        return spoken(self.says, list(self.values), RESTORED)


_values = (planted.ec2(1), planted.vpc(2), planted.bucket(3), planted.ip(4))
_asks = f"Look at {_values[0]} in {_values[1]}; its logs are in s3://{_values[2]}/eu/ and it has {_values[3]}."

CONVERSATIONS = [
    Conversation("one value", f"Is {_values[0]} up?", _values[:1], (Text("Yes, «0» is up."),)),
    Conversation("nothing but the value", f"{_values[0]}", _values[:1], (Text("«0»"),)),
    Conversation("no value", "Is it up?", (), (Text("Which instance? Please name it: i-…, or AWS_EC2_…"),)),
    Conversation(
        "several, side by side",
        _asks,
        _values,
        (Text("«0»,«1» «2»/«3»:«3»,«0»\n- «1»\n\n| «2» | «3» |"),),
    ),
    Conversation(
        "tool arguments, nested and escaped",
        _asks,
        _values,
        (
            Text("I will look at «0»."),
            Tool(
                "run",
                {
                    "command": 'aws ec2 describe-instances --filters "Name=vpc-id,Values=«1»"\n# «0»',
                    "script": '{"bucket": "«2»", "hosts": ["«3»", "C:\\\\«0»"]}',
                    "deep": [{"«0»": [1, 2.5e3, None, {"ip": "«3»/32"}]}, True],
                },
            ),
        ),
    ),
    Conversation(
        "two tools and a text after them",
        _asks,
        _values,
        (
            Tool("read", {"path": "/var/log/«0».log"}, "toolu_01A"),
            Tool("read", {"path": "s3://«2»/«1».json"}, "toolu_01B"),
            Text("Both are about «3»."),
        ),
    ),
    Conversation(
        "as models write them",
        _asks,
        _values,
        (Text("«0:bold», `«1»`, «2:lower», «3:escaped», «0:hyphens», «1:title», «2:shouted», (see «3»). «0»!"),),
    ),
    Conversation(
        "other languages, emoji and escapes around it",
        _asks,
        _values,
        (Text('Größe „«0»“ 日本語«1»。🙂«2»🙂\\«3»\t"«0»" AWS_ AWS_EC2_ AWS'),),
    ),
]

TOOLS = [{"name": name, "description": "For the tests", "input_schema": {"type": "object"}} for name in ("run", "read")]
