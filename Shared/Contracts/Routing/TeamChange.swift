/// What became of one change.
package struct TeamChange: Codable, Sendable, Equatable {
    /// Its place in the request, from 0.
    package let index: Int
    package let operation: String
    /// Of what was created, changed or removed; nil if refused.
    package let id: EntityID?
    /// nil if it took effect.
    package let refusal: TeamChangeRefusal?

    package init(index: Int, operation: String, id: EntityID? = nil, refusal: TeamChangeRefusal? = nil) {
        self.index = index
        self.operation = operation
        self.id = id
        self.refusal = refusal
    }

    private enum CodingKeys: String, CodingKey {
        case index, operation, id, refusal
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(index, forKey: .index)
        try container.encode(operation, forKey: .operation)
        try container.encode(id, forKey: .id)
        try container.encode(refusal, forKey: .refusal)
    }
}
