import Contracts
import Foundation
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit
import Synchronization
import TestSupport
import Testing

private let path = "/ws/test/5"
private let question = """
    GET \(path)?a=%20 HTTP/1.1\r
    Host: chat.example\r
    Connection: keep-alive, Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    Sec-WebSocket-Protocol: one, two\r
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r
    X-Forwarded-Host: evil.example\r
    \r

    """
private let agreed =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    + "Sec-WebSocket-Protocol: two\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"

@Suite struct `A WebSocket that is passed on` {
    /// The connection on both sides, after the service agreed.
    private func opened(_ gateway: TestGateway, _ server: RawServer, behind: String = "", buffer: Int? = nil) async throws -> (
        client: RawConnection, service: RawConnection
    ) {
        let client = try await RawConnection.connect(port: gateway.port, buffer: buffer)
        try await client.send(question)
        let service = try await server.next()
        _ = try await service.read(until: "\r\n\r\n")
        try await service.send(agreed + behind)
        _ = try await client.read(until: "\r\n\r\n")
        return (client, service)
    }

    @Test func `is agreed on end to end, and its bytes are nobody else's business`() async throws {
        let server = try await RawServer.listen()
        let bytes = try randomBytes(2 * 1024 * 1024)
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(question)
            let service = try await server.next()
            let asked = try await service.read(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
            #expect(client.receivedCount == 0, "nothing is said before the service agrees")
            #expect(
                asked.filter { !$0.hasPrefix("traceparent: ") } == [
                    "GET \(path)?a=%20 HTTP/1.1", "Host: chat.example", "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: one, two",
                    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "X-Forwarded-For: 127.0.0.1",
                    "X-Forwarded-Host: chat.example", "X-Forwarded-Proto: http", "Connection: Upgrade", "Upgrade: websocket",
                ])
            // Its first bytes come with the answer.
            try await service.send(agreed + "early")
            let answer = try await client.read(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
            #expect(
                answer == [
                    "HTTP/1.1 101 Switching Protocols", "connection: upgrade", "upgrade: websocket",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol: two",
                    "Sec-WebSocket-Extensions: permessage-deflate",
                ])
            #expect(try await client.read(count: 5) == Array("early".utf8))
            client.sendInParts(bytes)
            service.sendInParts(bytes.reversed())
            #expect(try await service.read(count: bytes.count) == bytes)
            #expect(try await client.read(count: bytes.count) == bytes.reversed())
            client.close()
        }
        try await server.close()
    }

    @Test func `makes the sender wait where nobody reads`() async throws {
        let buffer = 64 * 1024
        let server = try await RawServer.listen(buffer: buffer)
        let bytes = try randomBytes(16 * 1024 * 1024)
        try await withPassThrough(to: [server.port]) { gateway in
            let (client, service) = try await opened(gateway, server, buffer: buffer)
            try await client.stopReading()
            service.sendInParts(bytes)
            let last = try await settled(service)
            #expect(last > 0 && last < bytes.count * 3 / 4, "the service got rid of \(last) bytes that nobody read")
            try await client.goOnReading()
            #expect(Data(try await client.read(count: bytes.count)) == Data(bytes))
            client.close()
        }
        try await server.close()
    }

    @Test func `ends on one side when it is killed on the other, with all that was said before`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let sockets = #"gateway_passed_sockets{prefix="/ws/test"}"#
            for kill in ["close", "reset"] {
                var (client, service) = try await opened(gateway, server)
                try await eventually("it is counted") { gateway.metrics.value(sockets) == 1 }
                try await service.send("last words")
                _ = try await client.read(until: "last words")
                if kill == "close" { service.close() } else { try await service.reset() }
                #expect(try await client.readToEnd() == [])
                client.close()
                (client, service) = try await opened(gateway, server)
                try await client.send("last words")
                _ = try await service.read(until: "last words")
                if kill == "close" { client.close() } else { try await client.reset() }
                #expect(try await service.readToEnd() == [])
                service.close()
                try await eventually("both places are free") { gateway.metrics.value(sockets) == 0 }
            }
        }
        try await server.close()
    }

    @Test func `lets one side end and the other say the rest`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let (client, service) = try await opened(gateway, server)
            try await client.closeOutput()
            #expect(try await service.readToEnd() == [])
            try await service.send("the rest")
            service.close()
            #expect(try await client.readToEnd() == Array("the rest".utf8))
        }
        try await server.close()
    }

    @Test func `that is silent ends`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.idleMax = .milliseconds(100) }) { gateway in
            let (client, service) = try await opened(gateway, server)
            #expect(try await client.readToEnd() == [])
            #expect(try await service.readToEnd() == [])
        }
        try await server.close()
    }

    @Test func `is refused with the service's own words, or with ours where it has none`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(question)
            var service = try await server.next()
            _ = try await service.read(until: "\r\n\r\n")
            try await service.send("HTTP/1.1 404 Not Found\r\nX-Why: unknown\r\nContent-Length: 5\r\n\r\nnever")
            let answer = try await client.read(until: "never")
            #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\n") && answer.contains("X-Why: unknown\r\n"))
            // Nothing more would be read of it.
            #expect(try await client.readToEnd() == [])
            client.close()

            let broken = try await RawConnection.connect(port: gateway.port)
            try await broken.send(question)
            service = try await server.next()
            service.close()
            #expect(try await broken.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502 "))
            broken.close()
        }
        try await withPassThrough(to: [server.port], { $0.passThroughLimits.answerMax = .milliseconds(100) }) { gateway in
            let late = try await RawConnection.connect(port: gateway.port)
            try await late.send(question)
            #expect(try await late.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 504 "))
            late.close()
        }
        let port = server.port
        try await server.close()
        try await withPassThrough(to: [port]) { gateway in
            let client = try await RawConnection.connect(port: gateway.port)
            try await client.send(question)
            let answer = try await client.read(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 2\r\n"))
            client.close()
        }
    }

    @Test func `takes one of its address's places`() async throws {
        let server = try await RawServer.listen()
        try await withPassThrough(to: [server.port], { $0.sockets.addressMax = 1 }) { gateway in
            let (first, _) = try await opened(gateway, server)
            let second = try await RawConnection.connect(port: gateway.port)
            try await second.send(question)
            #expect(try await second.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 429 "))
            second.close()
            first.close()
        }
        try await server.close()
    }
}

@Suite struct `A service's own WebSocket` {
    private static func routes(_ seen: @escaping @Sendable (String) -> Void) -> InternalRoutes {
        let routes = InternalRoutes()
        routes.addSocket("/ws/test/{id}", reach: .gateway) { request in
            guard request.parameters["id"] == "5" else {
                return .refuse(
                    Response(
                        status: .notFound, headers: [.contentType: "text/plain"], body: ResponseBody(byteBuffer: ByteBuffer(string: "no"))))
            }
            return .open(subprotocol: "switchboard.v1") { socket in
                seen("open \(socket.request.publicSocketURL ?? "")")
                do {
                    for try await message in socket.messages {
                        if message == .text("stop") { return }
                        if message == .text("fail") { throw ChannelError.eof }
                        try await socket.send(message)
                    }
                    seen("closed")
                } catch {
                    seen("\(type(of: error))")
                    throw error
                }
            }
        }
        return routes
    }

    @Test func `says back what it hears through the gateway, whatever its kind and size`() async throws {
        let seen = Mutex<[String]>([])
        try await withInternalServer(Self.routes { word in seen.withLock { $0.append(word) } }) { port in
            try await withPassThrough(to: [port]) { gateway in
                let client = try await WebSocketClient.connect(port: gateway.port, path: path, token: "x")
                for size in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
                    let text = String(repeating: "ä", count: size / 2) + String(repeating: "x", count: size % 2)
                    try await client.send(.string(text))
                    #expect(try await client.next(within: .seconds(60)).string == text)
                }
                try await client.send(opcode: 1, Array("\"a ".utf8), isFinal: false)
                try await client.send(opcode: 9, [1, 2, 3])
                try await client.send(opcode: 0, Array("b\"".utf8))
                #expect(try await client.next().string == "a b")
                try await client.send(opcode: 1, Array("stop".utf8))
                #expect(try await client.closeCode() == 1000)
                #expect(seen.withLock { $0 } == ["open ws://127.0.0.1:\(gateway.port)\(path)"])
            }
        }
    }

    @Test func `tells a client that closed from one that was lost, and closes on what is wrong`() async throws {
        let seen = Mutex<[String]>([])
        try await withInternalServer(Self.routes { word in seen.withLock { $0.append(word) } }) { port in
            try await withPassThrough(to: [port]) { gateway in
                func socket() async throws -> WebSocketClient { try await WebSocketClient.connect(port: gateway.port, path: path) }
                func last(_ word: String) async throws { try await eventually(word) { seen.withLock { $0.last } == word } }
                try await socket().close()
                try await last("closed")
                await (try await socket()).drop()
                try await last("Dropped")
                let failing = try await socket()
                try await failing.send(opcode: 1, Array("fail".utf8))
                #expect(try await failing.closeCode() == 1011)
                let unmasked = try await socket()
                try await unmasked.send(opcode: 1, Array("x".utf8), isMasked: false)
                #expect(try await unmasked.closeCode() == 1002)
                let unreadable = try await socket()
                try await unreadable.send(opcode: 1, [0xff])
                #expect(try await unreadable.closeCode() == 1007)
                let large = try await socket()
                try await large.send(opcode: 2, [UInt8](repeating: 0, count: 1024 * 1024 + 1))
                #expect(try await large.closeCode() == 1009)
            }
        }
    }

    @Test func `is refused before it is opened, and is no page`() async throws {
        try await withInternalServer(Self.routes { _ in }) { port in
            try await withPassThrough(to: [port]) { gateway in
                let refused = await #expect(throws: WebSocketClient.Refused.self) {
                    _ = try await WebSocketClient.connect(port: gateway.port, path: "/ws/test/6")
                }
                #expect(refused?.status == 404)
                let page = try await gateway.request("GET", path)
                #expect(page.status == 426)
            }
        }
    }
}
