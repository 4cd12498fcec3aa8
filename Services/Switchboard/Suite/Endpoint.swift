import Contracts

/// One replica's addresses, as `run/endpoints.json` lists them under its service's name.
package struct Endpoint: Codable, Sendable, Equatable {
    package let replica: Int
    /// Where it publishes.
    package let events: String
    /// Where it answers.
    package let requests: String
    package let health: String

    var healthPort: UInt16 {
        get throws {
            guard let port = health.split(separator: ":").last.flatMap({ UInt16($0) }) else {
                throw OperatorError("\(health) names no port.")
            }
            return port
        }
    }
}
