/// What an API key may be used for. A key without scopes may do what the role `service` may.
package struct KeyScope: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Reads conversations with their messages, customers and rooms, and follows them live.
    package static let conversationsRead = KeyScope(rawValue: "conversations:read")
    /// Opens and changes conversations, writes messages.
    package static let conversationsWrite = KeyScope(rawValue: "conversations:write")
    /// Reads teams, agents, the queue and how conversations are given.
    package static let routingRead = KeyScope(rawValue: "routing:read")

    /// In the order in which they are shown.
    package static let allCases = [conversationsRead, conversationsWrite, routingRead]

    package var description: String { rawValue }
}
