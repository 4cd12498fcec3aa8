/// Who wrote or did something in a conversation.
package struct Author: Codable, Sendable, Hashable {
    package struct Kind: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        package static let customer = Kind(rawValue: "customer")
        package static let agent = Kind(rawValue: "agent")
        package static let assistant = Kind(rawValue: "assistant")
        package static let system = Kind(rawValue: "system")

        package static let allCases: [Kind] = [.customer, .agent, .assistant, .system]
    }

    package let kind: Kind
    /// A customer's, user's or key's id; nil for the system.
    package let id: EntityID?
    package let name: String

    package init(kind: Kind, id: EntityID?, name: String) {
        self.kind = kind
        self.id = id
        self.name = name
    }

    package static let system = Author(kind: .system, id: nil, name: "Switchboard")

    package init(_ principal: Principal) {
        self.init(
            kind: principal.role == .customer ? .customer : principal.role == .service ? .system : .agent,
            id: EntityID(principal.subject.uuid),
            name: principal.name)
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "type"
        case id, name
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(Kind.self, forKey: .kind)
        id = try container.decodeIfPresent(EntityID.self, forKey: .id)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
    }
}

extension Author: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"type":"#)
        json.string(kind.rawValue)
        json.raw(#","id":"#)
        json.id(id)
        json.raw(#","name":"#)
        json.string(name)
        json.raw("}")
    }
}

extension Author: Described {
    package static let meaning = Meaning(
        "Author", .answer, "Who wrote or did something.",
        fields: [
            Field("type", "Which side it is of."),
            Field("id", "A customer's, user's or key's id; null for the system."),
            Field("name", "What readers see."),
        ])
}
