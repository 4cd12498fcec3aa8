import Foundation

/// The id of one kind of thing. The tag keeps a customer's id from being passed where a message's belongs.
/// In JSON and in text: the UUID in lower case. Any UUID version is accepted; ours are v7, so they sort by creation.
package struct Identifier<Thing>: Hashable, Sendable, Codable, CustomStringConvertible, LosslessStringConvertible, Comparable {
    package let uuid: UUID

    package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// - Returns: nil if `description` is not a UUID in its 36 character form.
    package init?(_ description: String) {
        guard let uuid = UUID(text: description) else { return nil }
        self.uuid = uuid
    }

    package static func new() -> Self { Self(.version7()) }

    package var description: String { uuid.lowercased }

    package static func < (left: Self, right: Self) -> Bool { left.uuid.bytes.lexicographicallyPrecedes(right.uuid.bytes) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let uuid = UUID(text: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not a UUID")
        }
        self.uuid = uuid
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(uuid.lowercased)
    }
}

package enum Tenant {}
package enum User {}
package enum Customer {}
package enum Conversation {}
package enum ConversationMessage {}
package enum Room {}
package enum Site {}
package enum EventRecord {}
package enum RoutingDecision {}
package enum PolicySimulationRecord {}
package enum APIKeyRecord {}
package enum ChannelAccount {}
package enum Entity {}

/// A company. `client_id` in JSON, in every table and in every token.
package typealias TenantID = Identifier<Tenant>
/// Somebody who signs in.
package typealias UserID = Identifier<User>
/// A routing agent. A person's agent has the person's user id.
package typealias AgentID = Identifier<User>
package typealias CustomerID = Identifier<Customer>
/// Also the id of the chat session: a session is a conversation seen by the chat API.
package typealias ConversationID = Identifier<Conversation>
package typealias MessageID = Identifier<ConversationMessage>
package typealias RoomID = Identifier<Room>
package typealias SiteID = Identifier<Site>
/// A company's account on a channel: a number, a mailbox, a page.
package typealias AccountID = Identifier<ChannelAccount>
package typealias EventID = Identifier<EventRecord>
package typealias DecisionID = Identifier<RoutingDecision>
package typealias SimulationID = Identifier<PolicySimulationRecord>
/// The id of something whose kind the context says.
package typealias EntityID = Identifier<Entity>
package typealias APIKeyID = Identifier<APIKeyRecord>

extension UUID {
    /// Time-ordered: 48 bits of Unix milliseconds, then random bits. Source: RFC 9562, section 5.7.
    package static func version7(at date: Date = Date()) -> UUID {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(saturating: date.timeIntervalSince1970 * 1000)
        let a = generator.next()
        let b = generator.next()
        return UUID(
            uuid: (
                UInt8(truncatingIfNeeded: milliseconds >> 40), UInt8(truncatingIfNeeded: milliseconds >> 32),
                UInt8(truncatingIfNeeded: milliseconds >> 24), UInt8(truncatingIfNeeded: milliseconds >> 16),
                UInt8(truncatingIfNeeded: milliseconds >> 8), UInt8(truncatingIfNeeded: milliseconds),
                0x70 | UInt8(truncatingIfNeeded: a >> 8) & 0x0f, UInt8(truncatingIfNeeded: a),
                0x80 | UInt8(truncatingIfNeeded: b >> 56) & 0x3f, UInt8(truncatingIfNeeded: b >> 48),
                UInt8(truncatingIfNeeded: b >> 40), UInt8(truncatingIfNeeded: b >> 32), UInt8(truncatingIfNeeded: b >> 24),
                UInt8(truncatingIfNeeded: b >> 16), UInt8(truncatingIfNeeded: b >> 8), UInt8(truncatingIfNeeded: b)
            ))
    }

    package var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }

    /// - Precondition: `bytes` has 16 elements.
    package init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == 16, "a UUID has 16 bytes")
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes) }
        self.init(uuid: value)
    }

    package var lowercased: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
