import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A server on this machine that answers as a test says, and remembers who came.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case send(String)
        case close
        /// Sends for as long as somebody reads.
        case endless(String)
    }

    private struct Seen {
        var connections = 0
        var requests: [String] = []
        var names: [String?] = []
    }

    private let seen = Mutex(Seen())
    private let channel = Mutex<(any Channel)?>(nil)
    let host: String

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
    var connections: Int { seen.withLock { $0.connections } }
    /// Heads and bodies, as they came.
    var requests: [String] { seen.withLock { $0.requests } }
    /// The names that TLS clients asked for.
    var names: [String?] { seen.withLock { $0.names } }

    private init(host: String) { self.host = host }

    /// - Parameters:
    ///   - port: 0 for one that the system chooses.
    ///   - script: what follows a request. Nothing: the client waits.
    static func run<Result>(
        on host: String = "127.0.0.2", port: Int = 0, tls: Bool = false, script: @escaping @Sendable (String) -> [Step] = { _ in [] },
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = ScriptedServer(host: host)
        let context = tls ? try context() : nil
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                server.seen.withLock { $0.connections += 1 }
                return channel.eventLoop.submit {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        let sni = SNIHandler { result in
                            server.seen.withLock {
                                if case .hostname(let name) = result { $0.names.append(name) } else { $0.names.append(nil) }
                            }
                            return channel.eventLoop.makeSucceededVoidFuture()
                        }
                        try pipeline.addHandler(ByteToMessageHandler(sni))
                        try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try pipeline.addHandler(Answerer(server: server, script: script))
                }
            }
            .bind(host: host, port: port).get()
        server.channel.withLock { $0 = channel }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Two servers with the same port: what one name may and may not mean.
    static func runPair<Result>(
        _ script: @escaping @Sendable (String) -> [Step],
        _ body: (_ allowed: ScriptedServer, _ forbidden: ScriptedServer) async throws -> Result
    ) async throws -> Result {
        var attempts = 0
        while true {
            attempts += 1
            do {
                return try await run(on: "127.0.0.2", script: script) { allowed in
                    try await run(on: "127.0.0.1", port: allowed.port, script: script) { try await body(allowed, $0) }
                }
            } catch let error as IOError where error.errnoCode == EADDRINUSE && attempts < 20 { continue }
        }
    }

    static func fixture(_ name: String) throws -> String {
        guard let url = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "pem") else { throw CocoaError(.fileNoSuchFile) }
        return url.path
    }

    private static func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(fixture("server")).map(NIOSSLCertificateSource.certificate)
        let key = try NIOSSLPrivateKey(file: fixture("server-key"), format: .pem)
        return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedServer
        private let script: @Sendable (String) -> [Step]
        private var received = ""

        init(server: ScriptedServer, script: @escaping @Sendable (String) -> [Step]) {
            self.server = server
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let end = received.range(of: "\r\n\r\n") {
                let head = received[..<end.lowerBound]
                let length =
                    head.lowercased().split(separator: "\r\n").compactMap { line in
                        line.hasPrefix("content-length:") ? Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
                    }.first ?? 0
                guard received[end.upperBound...].utf8.count >= length else { return }
                let bodyEnd = received.utf8.index(end.upperBound, offsetBy: length)
                let request = String(received[..<bodyEnd])
                received = String(received[bodyEnd...])
                server.seen.withLock { $0.requests.append(request) }
                for step in script(request) { take(step, context) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func take(_ step: Step, _ context: ChannelHandlerContext) {
            switch step {
            case .send(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .close: context.close(promise: nil)
            case .endless(let text): Self.flood(context.channel, ByteBuffer(string: text))
            }
        }

        private static func flood(_ channel: any Channel, _ piece: ByteBuffer) {
            channel.writeAndFlush(piece).whenSuccess { flood(channel, piece) }
        }
    }
}
