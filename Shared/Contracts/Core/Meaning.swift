/// A type that clients send or get. What its members are it shows itself when it is read and written; what they mean stands here, beside it.
/// Both together make the schema in the OpenAPI document.
package protocol Described {
    static var meaning: Meaning { get }
}

/// What clients are told of a type.
package struct Meaning: Sendable {
    package enum Side: Sendable {
        /// Sent by clients: a member that it does not name is refused.
        case question
        /// Sent to clients: newer versions may add members.
        case answer
        /// Sent by clients and given back to them.
        case both
    }

    /// A page of many: the schema's name and what it lists.
    package struct List: Sendable {
        package let name: String
        package let text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    /// The schema's name in the document; nil: it is written out wherever it is used.
    package let name: String?
    package let side: Side
    package let text: String?
    package let fields: [Field]
    package let example: JSONValue?
    package let list: List?
    /// What may stand in a question instead of the object.
    package let shorthand: Field?

    package init(
        _ name: String?, _ side: Side = .answer, _ text: String? = nil, fields: [Field], example: JSONValue? = nil, list: List? = nil,
        shorthand: Field? = nil
    ) {
        self.name = name
        self.side = side
        self.text = text
        self.fields = fields
        self.example = example
        self.list = list
        self.shorthand = shorthand
    }
}

/// One member: what it means, what limits it has beyond its type's, examples.
package struct Field: Sendable {
    /// As in JSON.
    package let name: String
    package let text: String
    package let limits: [Limit]

    package init(_ name: String, _ text: String, _ limits: Limit...) {
        self.init(name, text, limits: limits)
    }

    package init(_ name: String, _ text: String, limits: [Limit]) {
        self.name = name
        self.text = text
        self.limits = limits
    }
}

/// What JSON Schema can say of a value beyond its type. Whoever writes one beside a type enforces it elsewhere: the schema refuses nothing.
package struct Limit: Sendable {
    package enum Place: Sendable {
        case value
        /// Each element of a list, each value of a map.
        case elements
    }

    package let place: Place
    package let members: [String: JSONValue]

    private init(_ members: [String: JSONValue], at place: Place = .value) {
        self.members = members
        self.place = place
    }

    /// Unicode characters.
    package static func length(_ maximum: Int) -> Limit { Limit(["maxLength": .integer(Int64(maximum))]) }
    package static func length(_ minimum: Int, _ maximum: Int) -> Limit {
        Limit(["minLength": .integer(Int64(minimum)), "maxLength": .integer(Int64(maximum))])
    }
    package static func from(_ minimum: Int64) -> Limit { Limit(["minimum": .integer(minimum)]) }
    package static func range(_ minimum: Int64, _ maximum: Int64) -> Limit {
        Limit(["minimum": .integer(minimum), "maximum": .integer(maximum)])
    }
    /// Above and below, neither of them included.
    package static func between(_ minimum: Int64, _ maximum: Int64) -> Limit {
        Limit(["exclusiveMinimum": .integer(minimum), "exclusiveMaximum": .integer(maximum)])
    }
    /// Elements of a list.
    package static func count(_ minimum: Int, _ maximum: Int? = nil) -> Limit {
        var members: [String: JSONValue] = [:]
        if minimum > 0 { members["minItems"] = .integer(Int64(minimum)) }
        if let maximum { members["maxItems"] = .integer(Int64(maximum)) }
        return Limit(members)
    }
    /// Of JSON Schema's vocabulary: `email`, `uri`, `date`.
    package static func format(_ name: String) -> Limit { Limit(["format": .string(name)]) }
    package static func pattern(_ pattern: String) -> Limit { Limit(["pattern": .string(pattern)]) }
    package static func standard(_ value: JSONValue) -> Limit { Limit(["default": value]) }
    package static func always(_ value: JSONValue) -> Limit { Limit(["const": value]) }
    package static func example(_ value: JSONValue) -> Limit { Limit(["examples": [value]]) }
    /// Fewer than its type has, or of a type that has none.
    package static func words(_ words: [String]) -> Limit { Limit(["enum": .array(words.map { .string($0) })]) }
    package static func words<Word: RawRepresentable<String>>(of words: some Collection<Word>) -> Limit { .words(words.map(\.rawValue)) }
    /// Of a map.
    package static func keys(_ words: [String]) -> Limit { Limit(["propertyNames": ["enum": .array(words.map { .string($0) })]]) }
    /// Some JSON object, where the type takes any JSON.
    package static let object = Limit(["type": "object"])
    /// May be given as null, which a question that only may be left out does not take.
    package static let orNull = Limit(["nullable": true])
    /// A place in a conversation: every client's numbers hold it.
    package static let sequence = Limit.range(0, 1 << 53)
    package static func each(_ limit: Limit) -> Limit { Limit(limit.members, at: .elements) }
}
