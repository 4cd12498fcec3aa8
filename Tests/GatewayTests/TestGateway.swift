import AsyncHTTPClient
import Bus
import Configuration
import Contracts
import Foundation
import GatewayService
import Logging
import NIOCore
import ServiceKit
import ServiceLifecycle
import Synchronization

/// A gateway on a free port, and on the other side of the bus services that answer what a test told them.
struct TestGateway: Sendable {
    struct Answer {
        let status: Int
        let headers: [String: String]
        let bytes: [UInt8]
        var json: JSONValue { (try? JSON.decode(JSONValue.self, from: bytes)) ?? .null }
        var code: String? { json["type"]?.string?.split(separator: "/").last.map(String.init) }
        /// Names of the fields that the problem complains about.
        var fields: [String] {
            guard case .array(let errors)? = json["errors"] else { return [] }
            return errors.compactMap { $0["field"]?.string }
        }
    }

    let service: GatewayService
    let port: Int
    let network: InMemoryNetwork
    let tokens: TestTokens
    let chat: FakeService
    let router: FakeService
    let accounts: FakeService
    let metrics: MetricsRegistry

    func request(
        _ method: String, _ path: String, as role: Role? = nil, token: String? = nil, body: JSONValue? = nil, bytes: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .RAW(value: method)
        if let role { request.headers.add(name: "Authorization", value: "Bearer \(try await tokens.token(role))") }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let bytes = try bytes ?? body.map({ try JSON.encode($0) }) {
            request.body = .bytes(ByteBuffer(bytes: bytes))
            if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(90))
        let bytes = Array((try await response.body.collect(upTo: 16 * 1024 * 1024)).readableBytesView)
        let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        return Answer(status: Int(response.status.code), headers: headers, bytes: bytes)
    }
}

/// Runs a gateway for the time of `body`.
/// - Parameter absent: services that are away when it starts; ``InMemoryNetwork/mend(_:replica:)`` brings them.
func withGateway(
    absent: [ServiceName] = [], _ change: (inout GatewayConfiguration) -> Void = { _ in }, now: @escaping @Sendable () -> Date = { Date() },
    _ body: @Sendable @escaping (TestGateway) async throws -> Void
) async throws {
    var configuration = GatewayConfiguration()
    configuration.addressPolicy = BucketPolicy("address", rate: 1e6, burst: 1e6)
    configuration.visitorPolicy = BucketPolicy("visitor", rate: 1e6, burst: 1e6)
    change(&configuration)
    let network = InMemoryNetwork()
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let process = ServiceProcess(name: .gateway, settings: Settings(arguments: ["test"], environment: [:]), logger: logger)
    let tokens = try await TestTokens()
    let chat = FakeService(.chat, network, logger)
    let router = FakeService(.router, network, logger)
    let accounts = FakeService(.accounts, network, logger)
    for service in absent { network.cut(service) }
    let keys = tokens.keys
    accounts.answer(GetSigningKeys.self) { _ in SigningKeySet(keys: keys) }
    let service = try GatewayService(configuration: configuration, bus: network.bus(for: .gateway), process: process, now: now)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let parts = service.parts { port in continuation.yield(port) }
    let group = ServiceGroup(services: parts, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else { return }
        try await body(
            TestGateway(
                service: service, port: port, network: network, tokens: tokens, chat: chat, router: router, accounts: accounts,
                metrics: process.metrics))
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}
