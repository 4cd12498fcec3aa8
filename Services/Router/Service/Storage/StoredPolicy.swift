import Contracts
import Storage

/// Settings as `router.policies` keeps them.
enum StoredPolicy {
    static func json(_ settings: RoutingSettings) throws -> JSONValue {
        try JSON.decode(JSONValue.self, from: JSON.encode(settings))
    }

    /// - Parameters:
    ///   - row: has `settings` of the version, null for 0.
    /// - Throws: if a version other than 0 has no settings: a decision would not be explained by what it names.
    static func settings(_ row: Row, version: Int) throws -> RoutingSettings {
        guard version > 0 else { return .standard }
        guard let value: JSONValue = try row["settings"] else { throw DatabaseError.decoding("policy \(version) has no settings") }
        return try JSON.decode(RoutingSettings.self, from: JSON.encode(value))
    }
}
