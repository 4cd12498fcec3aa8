/// Who answers on the bus. The raw value is the executable's name and the key in `endpoints.json`: small letters, digits and hyphens.
package struct ServiceName: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let gateway = ServiceName(rawValue: "gateway")
    package static let accounts = ServiceName(rawValue: "accounts")
    package static let chat = ServiceName(rawValue: "chat")
    package static let router = ServiceName(rawValue: "router")

    package var description: String { rawValue }

    /// Its schema in PostgreSQL, if it has one: `channel_sms` of `channel-sms`, so that SQL needs no quotes.
    package var schema: String { rawValue.replacing("-", with: "_") }

    /// - Parameter schema: a service's, such as `channel_sms`.
    package init(schema: String) { self.init(rawValue: schema.replacing("_", with: "-")) }
}

/// A durable log. Each service that says events has one, named like the service.
package typealias StreamName = ServiceName

/// How a stream is cut into independently ordered parts.
package enum Partitioning {
    /// The same for every stream, for ever: changing it would move keys between partitions and break their order.
    package static let partitionCount = 16
}
