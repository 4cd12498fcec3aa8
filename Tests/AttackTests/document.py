"""What the OpenAPI document says, as a generator of requests: valid ones, and ones that are wrong in one place or in all."""

import copy

METHODS = ("get", "post", "put", "patch", "delete")
# Into schemas that hold themselves.
DEPTH_MAX = 6


class Operation:
    def __init__(self, document, path, method, raw):
        self.path, self.method, self.id = path, method.upper(), raw["operationId"]
        self.roles = set(raw.get("x-roles", []))
        self.parameters = [document.resolve(parameter) for parameter in raw.get("parameters", [])]
        content = document.resolve(raw.get("requestBody", {})).get("content", {})
        self.body = next((media["schema"] for media in content.values()), None)
        self.is_socket = "101" in raw.get("responses", {}) or path.endswith("/realtime") or "/ws/" in path

    def __repr__(self):
        return f"{self.method} {self.path}"


class Document:
    def __init__(self, raw):
        self._raw = raw
        self.operations = [
            Operation(self, path, method, operation) for path, operations in raw["paths"].items()
            for method, operation in operations.items() if method in METHODS]

    def resolve(self, part):
        while isinstance(part, dict) and "$ref" in part:
            found = self._raw
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def value(self, schema, random, known, depth=0):
        """One that the schema allows. `known(name)` may give an id or a word for a member of this name."""
        schema = self.resolve(schema)
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.value(random.choice(schema[several]), random, known, depth)
        if "allOf" in schema:
            merged = {}
            for part in schema["allOf"]:
                merged.update(self.value(part, random, known, depth) or {})
            return merged
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return random.choice(schema["enum"])
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            kind = random.choice(kind)
        if kind == "object":
            members = schema.get("properties", {})
            required = schema.get("required", [])
            return {
                name: (known(name) or self.value(member, random, known, depth + 1)) if self._is_text(member) else
                self.value(member, random, known, depth + 1)
                for name, member in members.items()
                if name in required or (depth < DEPTH_MAX and random.random() < 0.6)}
        if kind == "array":
            count = 0 if depth >= DEPTH_MAX else random.randint(schema.get("minItems", 0), 2)
            return [self.value(schema.get("items", {}), random, known, depth + 1) for _ in range(count)]
        if kind in ("integer", "number"):
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            number = random.randint(int(low), int(schema.get("maximum", low + 100)))
            return number if kind == "integer" else number + random.choice((0, 0.5))
        if kind == "boolean":
            return random.random() < 0.5
        if kind == "null":
            return None
        return self._text(schema, random)

    def _is_text(self, schema):
        return self.resolve(schema).get("type") == "string"

    def _text(self, schema, random):
        match schema.get("format"):
            case "uuid":
                return f"{random.getrandbits(128):032x}"[:8] + "-0000-4000-8000-" + f"{random.getrandbits(48):012x}"
            case "date-time":
                return f"20{random.randint(20, 30)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}T12:00:00Z"
            case "date":
                return f"20{random.randint(20, 30)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
            case "email":
                return f"somebody{random.randint(1, 10**6)}@example.com"
            case "uri":
                return "https://shop.example"
        return "text" + "x" * min(max(schema.get("minLength", 0) - 4, 0), 100)


# What no member expects, roughly by what it may break: numbers, times, ids, text, shape, size.
NASTY = [
    0, -1, -0.0, 1, 2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 1e308, -1e308, 5e-324, 0.1, 10**400,
    True, False, None, "", " ", "0", "-9223372036854775808", "9223372036854775808", "NaN", "Infinity", "null", "true",
    "0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z",
    "-9223372036854775808.00000000-0000-4000-8000-000000000000", "9223372036854775807.00000000-0000-4000-8000-000000000000",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{00000000-0000-0000-0000-000000000000}",
    "\x00", "a\x00b", "\u202e\u2066gnp.exe", "\ufeff", "\u200b\u2060\u3164", "a" + "\u0301" * 2000, "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 200,
    "'; DROP TABLE chat.messages; --", "%_\\%", "<script>alert(1)</script>", "{{customer.name}}", "$(id)", "../../etc/passwd", "a" * 70_000,
    [], {}, [[]], [None] * 300, {"": ""}, {"a": {"b": {"c": 1}}}, {"__proto__": 1}, "javascript:alert(1)", "A@B.example", "x@" + "y" * 300,
]


def nested(depth, opening, inside, closing):
    return opening * depth + inside + closing * depth


# Whole bodies, as bytes.
RAW_BODIES = [
    b"", b"{", b"[]", b"null", b"nul", b"\xff\xfe", b'{"a": "\xc3\x28"}', b'{"a":1,"a":2}', b'{"text": "\\ud800"}', b'{"text": "\\u0000"}', b'{"a": NaN}', b'{"a": 1e999}',
    b'{"a": -}', b'{"a": 01}', b'{"a": 1}}', b"\x00" * 100, b" " * 60_000, b'"' + b"\\" * 20_001 + b'"', b"NaN" * 20_000, b"0." * 30_000, b"[" * 100_000,
    nested(5_000, '{"a":', "1", "}").encode(), nested(20_000, "[", "", "]").encode(), b'{"metadata":' + nested(400, '{"a":[', "1", "]}").encode() + b"}",
    b'{"metadata":{"a":[' + b",".join([b"1e308"] * 8_000) + b"]}}", b"[" + b",".join([b"{}"] * 40_000) + b"]", b'{"a":' + b"9" * 100_000 + b"}",
]


def places(value, at=()):
    """Every place in a JSON value."""
    yield at
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, (*at, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, (*at, index))


def replaced(value, at, by):
    if not at:
        return by
    value = copy.deepcopy(value)
    inner = value
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = by
    return value
