import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Clients that connect to one checked address each, whatever the name's resolver says later, and verify the name by TLS all the same.
/// async-http-client has no address per request, only ``HTTPClient/Configuration/dnsOverride`` per client; hence one for each name and address.
final class PinnedClients: Sendable {
    struct Key: Hashable, Sendable {
        let host: OutboundHost
        let address: IPAddress
        /// Whether a connection serves one request only.
        let isFresh: Bool
    }

    /// One use of a client; ``PinnedClients/release(_:)`` ends it.
    struct Use: Sendable {
        let key: Key
        let client: HTTPClient
        let register: SendRegister
    }

    private struct Entry {
        let client: HTTPClient
        let register: SendRegister
        var uses = 0
        var lastUse: UInt64 = 0
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: OutboundCapacity
    private let tls: TLSConfiguration

    /// - Parameter trustRootsFile: PEM, beside the system's.
    init(_ capacity: OutboundCapacity, trustRootsFile: String?) {
        self.capacity = capacity
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        if let trustRootsFile { tls.additionalTrustRoots = [.file(trustRootsFile)] }
        self.tls = tls
    }

    /// - Returns: nil after ``close()``.
    func take(_ key: Key) -> Use? {
        let (use, surplus) = state.withLock { state -> (Use?, HTTPClient?) in
            guard !state.isClosed else { return (nil, nil) }
            state.uses += 1
            let surplus = state.entries[key] == nil ? makeRoom(&state) : nil
            var entry = state.entries[key] ?? makeEntry(key)
            entry.uses += 1
            entry.lastUse = state.uses
            state.entries[key] = entry
            return (Use(key: key, client: entry.client, register: entry.register), surplus)
        }
        surplus?.shutdown { _ in }
        return use
    }

    func release(_ use: Use) {
        state.withLock { $0.entries[use.key]?.uses -= 1 }
    }

    func close() async {
        let clients = state.withLock { state in
            state.isClosed = true
            defer { state.entries = [:] }
            return state.entries.values.map(\.client)
        }
        for client in clients { try? await client.shutdown() }
    }

    /// How many are held.
    var count: Int { state.withLock { $0.entries.count } }

    private func makeRoom(_ state: inout State) -> HTTPClient? {
        guard state.entries.count >= capacity.pinnedClientsMax,
            let oldest = state.entries.filter({ $0.value.uses == 0 }).min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return nil }
        return state.entries.removeValue(forKey: oldest.key)?.client
    }

    private func makeEntry(_ key: Key) -> Entry {
        let register = SendRegister()
        let address = key.address
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .nanoseconds(capacity.connectTimeout.nanoseconds)),
            connectionPool: .init(
                idleTimeout: .nanoseconds(capacity.idleTimeout.nanoseconds),
                concurrentHTTP1ConnectionsPerHostSoftLimit: capacity.requestsInFlightMax),
            proxy: nil, decompression: .disabled)
        // A refused connection is known at once, and ours to repeat at another address.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.tracing.tracer = nil
        if key.isFresh { configuration.maximumUsesPerConnection = 1 }
        if case .name(let name) = key.host { configuration.dnsOverride = [name: "\(address)"] }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit {
                let pipeline = channel.pipeline.syncOperations
                let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
                try pipeline.addHandler(SendMarker(address, register), position: .after(encoder))
            }
        }
        return Entry(
            client: HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration),
            register: register)
    }
}

extension Duration {
    /// A year at most: NIO adds it to a clock.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, 0), 31_536_000) * 1_000_000_000 + max(attoseconds, 0) / 1_000_000_000
    }
}
