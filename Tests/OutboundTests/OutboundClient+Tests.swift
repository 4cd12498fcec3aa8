import Outbound
import ServiceKit

/// An installation's settings, written as in the environment.
func settings(hosts: String = "", networks: String = "127.0.0.2/31", roots: String = "") throws -> OutboundSettings {
    try OutboundSettings(
        Settings(
            arguments: ["test"],
            environment: ["OUTBOUND_ALLOWED_HOSTS": hosts, "OUTBOUND_PRIVATE_NETWORKS": networks, "OUTBOUND_TRUST_ROOTS_FILE": roots]))
}

func withClient<Result>(
    _ settings: OutboundSettings = .none, capacity: OutboundCapacity = .patient, resolver: (any AddressResolver)? = nil,
    _ body: (OutboundClient) async throws -> Result
) async throws -> Result {
    let client = OutboundClient(settings: settings, capacity: capacity, resolver: resolver)
    do {
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}

extension OutboundCapacity {
    /// So that a slow machine is not taken for a server that does not answer.
    static var patient: OutboundCapacity {
        var capacity = OutboundCapacity()
        capacity.connectTimeout = .seconds(60)
        return capacity
    }
}

extension OutboundError {
    var prohibition: Prohibition? {
        if case .forbidden(_, let prohibition) = self { prohibition } else { nil }
    }
}

/// The error that `body` ends with.
func failure<Result>(_ body: () async throws -> Result) async -> OutboundError? {
    do { _ = try await body() } catch { return error as? OutboundError }
    return nil
}
