/// Who answers on the bus. The raw value is the executable's name, its schema and the key in `endpoints.json`.
package struct ServiceName: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let gateway = ServiceName(rawValue: "gateway")
    package static let accounts = ServiceName(rawValue: "accounts")
    package static let chat = ServiceName(rawValue: "chat")
    package static let router = ServiceName(rawValue: "router")

    package var description: String { rawValue }
}

/// A durable log. Each service that says events has one, named like the service.
package typealias StreamName = ServiceName

/// How a stream is cut into independently ordered parts.
package enum Partitioning {
    /// The same for every stream, for ever: changing it would move keys between partitions and break their order.
    package static let partitionCount = 16
}
