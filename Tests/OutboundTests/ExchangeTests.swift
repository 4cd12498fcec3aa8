import Foundation
import Outbound
import Synchronization
import Testing

/// Against a server that misbehaves. Its name is `api.provider.test`, which only the test's resolver knows.
@Suite struct `Something asked outside` {
    private static let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// - Parameter limits: of the whole client.
    private func withServer(
        _ script: @escaping @Sendable (String) -> [ScriptedServer.Step], capacity: OutboundCapacity = .patient,
        _ body: (ScriptedServer, OutboundClient, _ url: String, DestinationPolicy) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(script: script) { server in
            let own = try settings(hosts: "http://api.provider.test:\(server.port)")
            try await withClient(own, capacity: capacity, resolver: ScriptedResolver(["127.0.0.2"])) { client in
                try await body(server, client, "http://api.provider.test:\(server.port)/v1?key=s3cret", .hosts([], installation: own))
            }
        }
    }

    @Test func `is answered, and Retry-After with it`() async throws {
        try await withServer({ _ in [.send("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nno!")] }) {
            server, client, url, policy in
            let answer = try await client.send(
                .init(.post, url, fields: [("Authorization", "s3cret")], body: Array("hello".utf8)), to: policy)
            #expect(answer.status == 429)
            #expect(answer.retryAfterSeconds == 7)
            #expect(answer.head.field("x-a") == "1")
            #expect(answer.body == Array("no!".utf8))
            #expect(throws: OutboundError.refused(host: "api.provider.test", status: 429, retryAfterSeconds: 7)) { try answer.successful() }
            let request = try #require(server.requests.first)
            #expect(request.hasPrefix("POST /v1?key=s3cret HTTP/1.1\r\n"))
            #expect(request.hasSuffix("\r\n\r\nhello"))
            #expect(request.lowercased().contains("\r\naccept-encoding: identity\r\n"))
            #expect(request.contains("Authorization: s3cret"))
        }
    }

    @Test func `is not sent when nobody listens, and then another address is tried`() async throws {
        try await withServer({ _ in [.send(Self.fine)] }) { server, client, url, policy in
            let own = try settings(hosts: "http://api.provider.test:\(server.port)")
            try await withClient(own, resolver: ScriptedResolver(["127.0.0.3"])) { client in
                let error = await failure { try await client.send(.init(.post, url), to: .hosts([], installation: own)) }
                #expect(error == .notSent(host: "api.provider.test", .connectFailed))
                #expect(error?.isSafeToRepeat == true)
            }
            try await withClient(own, resolver: ScriptedResolver(["127.0.0.3", "127.0.0.2"])) { client in
                let answer = try await client.send(.init(.post, url), to: .hosts([], installation: own))
                #expect(answer.status == 200)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `is not sent when its name has no address, or no answer comes about it`() async throws {
        let policy = DestinationPolicy.hosts([try HostRule("api.provider.test")])
        try await withClient(resolver: ScriptedResolver([])) { client in
            let error = await failure { try await client.send(.init(.post, "https://api.provider.test/"), to: policy) }
            #expect(error == .notSent(host: "api.provider.test", .nameNotFound))
        }
        try await withClient(resolver: SilentResolver()) { client in
            let error = await failure {
                try await client.send(.init(.post, "https://api.provider.test/"), to: policy, limits: .init(timeout: .milliseconds(100)))
            }
            #expect(error == .notSent(host: "api.provider.test", .timedOut))
        }
    }

    @Test func `is unknown when the connection ends without an answer, and is not repeated by us`() async throws {
        try await withServer({ _ in [.close] }) { server, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url, body: Array("s3cret".utf8)), to: policy) }
            #expect(error == .unknown(host: "api.provider.test", .connectionLost, status: nil))
            #expect(error.map { !"\($0)".contains("s3cret") } == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `is repeated once when that does nothing twice`() async throws {
        let isFirst = Once()
        try await withServer({ _ in isFirst.take() ? [.close] : [.send(Self.fine)] }) { server, client, url, policy in
            let answer = try await client.send(.init(.put, url, repeating: .whenUnanswered), to: policy)
            #expect(answer.status == 200)
            #expect(server.requests.count == 2)
        }
        try await withServer({ _ in [.close] }) { server, client, url, policy in
            let error = await failure { try await client.send(.init(.get, url), to: policy) }
            #expect(error == .unknown(host: "api.provider.test", .connectionLost, status: nil))
            #expect(server.requests.count == ExchangeLimits.attemptsMax)
        }
    }

    @Test func `is unknown when the answer is cut, in its head or in its body`() async throws {
        let cuts: [(String, Int?)] = [
            ("HTTP/1.1 200 OK\r\nContent-Le", nil), ("HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\nabc", 201),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", 200),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 200),
        ]
        for (text, status) in cuts {
            try await withServer({ _ in [.send(text), .close] }) { server, client, url, policy in
                let error = await failure { try await client.send(.init(.post, url), to: policy) }
                #expect(error == .unknown(host: "api.provider.test", .connectionLost, status: status), "\(text)")
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `is unknown when no answer comes in time, and not sent when no connection does`() async throws {
        // On a slow machine the first times may end before the server is reached.
        let timeouts = [Duration.milliseconds(200), .seconds(2), .seconds(20)]
        try await withServer({ _ in [] }) { server, client, url, policy in
            for timeout in timeouts where server.requests.isEmpty {
                let error = await failure { try await client.send(.init(.post, url), to: policy, limits: .init(timeout: timeout)) }
                if !server.requests.isEmpty { #expect(error == .unknown(host: "api.provider.test", .timedOut, status: nil)) }
            }
            #expect(!server.requests.isEmpty)
        }
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")] }) { _, client, url, policy in
            var errors: [OutboundError?] = []
            let late = OutboundError.unknown(host: "api.provider.test", .timedOut, status: 200)
            for timeout in timeouts where !errors.contains(late) {
                errors.append(await failure { try await client.send(.init(.post, url), to: policy, limits: .init(timeout: timeout)) })
            }
            #expect(errors.contains(late), "the time covers the body")
        }
        var capacity = OutboundCapacity()
        capacity.connectTimeout = .milliseconds(500)
        // It takes the connection and never says a word of TLS.
        try await withServer({ _ in [] }, capacity: capacity) { _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url.replacing("http://", with: "https://")), to: policy) }
            #expect(error == .notSent(host: "api.provider.test", .connectTimedOut))
        }
    }

    @Test func `ends when its caller gives it up`() async throws {
        try await withServer({ _ in [] }) { server, client, url, policy in
            let task = Task { await failure { try await client.send(.init(.post, url), to: policy) } }
            while server.requests.isEmpty { await Task.yield() }
            task.cancel()
            let error = await task.value
            #expect(error == .unknown(host: "api.provider.test", .cancelled, status: nil))
        }
    }

    @Test func `reads no body beyond its limit`() async throws {
        let piece = String(repeating: "x", count: 10_000)
        let endless: @Sendable (String) -> [ScriptedServer.Step] = { _ in [.send("HTTP/1.1 200 OK\r\n\r\n"), .endless(piece)] }
        try await withServer(endless) { _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url), to: policy, limits: .init(bodyBytesMax: 64_000)) }
            #expect(error == .unknown(host: "api.provider.test", .answerBodyTooLarge, status: 200))
            let answer = try await client.send(.init(.post, url), to: policy, limits: .init(bodyBytesMax: 64_000, excess: .isCut))
            #expect(answer.body.count == 64_000)
            #expect(answer.isBodyCut)
        }
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 64001\r\n\r\n")] }) { _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url), to: policy, limits: .init(bodyBytesMax: 64_000)) }
            #expect(error == .unknown(host: "api.provider.test", .answerBodyTooLarge, status: 200), "said beforehand")
        }
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")] }) { _, client, url, policy in
            let answer = try await client.send(.init(.get, url), to: policy, limits: .init(bodyBytesMax: 4))
            #expect(answer.isBodyCut == false)
        }
    }

    @Test func `takes no head beyond its limit`() async throws {
        let field = String(repeating: "x", count: 40_000)
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nA: \(field)\r\nB: \(field)\r\nContent-Length: 0\r\n\r\n")] }) {
            _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url), to: policy) }
            #expect(error == .unknown(host: "api.provider.test", .answerHeadTooLarge, status: 200))
            let answer = try await client.send(.init(.post, url), to: policy, limits: .init(headBytesMax: 100_000))
            #expect(answer.status == 200)
        }
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nA: "), .endless(field)] }) { _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url), to: policy) }
            guard case .unknown(_, _, nil) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `is given no sense to when it is not HTTP`() async throws {
        try await withServer({ _ in [.send("220 mail.example.com ESMTP\r\n\r\n")] }) { _, client, url, policy in
            let error = await failure { try await client.send(.init(.post, url), to: policy) }
            #expect(error == .unknown(host: "api.provider.test", .malformedAnswer, status: nil))
        }
    }

    @Test func `goes round in circles only so often, and only where it may`() async throws {
        try await withServer({ _ in [.send("HTTP/1.1 302 Found\r\nLocation: /v1\r\nContent-Length: 0\r\n\r\n")] }) {
            server, client, url, policy in
            let error = await failure { try await client.send(.init(.get, url), to: policy, limits: .init(redirectsMax: 3)) }
            #expect(error == .forbidden(host: "api.provider.test", .tooManyRedirects(limit: 3)))
            #expect(server.requests.count == 4)
            let posted = try await client.send(.init(.post, url), to: policy, limits: .init(redirectsMax: 3))
            #expect(posted.status == 302, "a POST is not sent elsewhere")
            let answer = try await client.send(.init(.get, url), to: policy)
            #expect(answer.status == 302, "nothing is followed unless somebody says so")
        }
    }

    @Test func `shows its keys to the origin that they are for, and to no other`() async throws {
        try await ScriptedServer.run(script: { _ in [.send(Self.fine)] }) { storage in
            let location = "http://storage.test:\(storage.port)/file?signed"
            try await ScriptedServer.run(script: { request in
                let next = request.hasPrefix("GET /first") ? "/second" : location
                return [.send("HTTP/1.1 307 Moved\r\nLocation: \(next)\r\nContent-Length: 0\r\n\r\n")]
            }) { api in
                let own = try settings(hosts: "http://api.provider.test:\(api.port),http://storage.test:\(storage.port)")
                try await withClient(own, resolver: ScriptedResolver(["127.0.0.2"])) { client in
                    let fields: [(name: String, value: String)] = [
                        ("Authorization", "s3cret"), ("X-Api-Key", "s3cret"), ("Cookie", "s3cret"), ("Accept", "image/png"),
                    ]
                    let answer = try await client.send(
                        .init(.get, "http://api.provider.test:\(api.port)/first", fields: fields), to: .hosts([], installation: own),
                        limits: .init(redirectsMax: 3))
                    #expect(answer.head.host == "storage.test")
                    #expect(api.requests.count == 2)
                    #expect(api.requests.allSatisfy { $0.contains("Authorization: s3cret") && $0.contains("X-Api-Key: s3cret") })
                    let seen = try #require(storage.requests.first)
                    #expect(seen.hasPrefix("GET /file?signed HTTP/1.1"))
                    #expect(!seen.contains("s3cret"))
                    #expect(seen.contains("Accept: image/png"))
                }
            }
        }
    }

    @Test func `shares connections, unless a repeat could do it twice`() async throws {
        try await withServer({ _ in [.send(Self.fine)] }) { server, client, url, policy in
            for _ in 0..<3 { _ = try await client.send(.init(.get, url), to: policy) }
            #expect(server.connections == 1)
            for _ in 0..<3 { _ = try await client.send(.init(.post, url), to: policy) }
            #expect(server.connections == 4)
            #expect(server.requests.count == 6)
        }
    }

    @Test func `waits for its turn, and is refused when too many wait`() async throws {
        var capacity = OutboundCapacity()
        capacity.requestsInFlightMax = 1
        capacity.requestsWaitingMax = 1
        try await withServer({ _ in [] }, capacity: capacity) { server, client, url, policy in
            let first = Task { await failure { try await client.send(.init(.post, url), to: policy) } }
            while server.requests.isEmpty { await Task.yield() }
            let second = Task {
                await failure { try await client.send(.init(.post, url), to: policy, limits: .init(timeout: .seconds(60))) }
            }
            // One of two that come now waits, the other is refused.
            let third = Task {
                await failure { try await client.send(.init(.post, url), to: policy, limits: .init(timeout: .milliseconds(300))) }
            }
            let refused = OutboundError.notSent(host: "api.provider.test", .busy)
            let outcome = await third.value
            #expect(outcome == refused || outcome == .notSent(host: "api.provider.test", .timedOut))
            second.cancel()
            let other = await second.value
            #expect([outcome, other].contains(refused))
            first.cancel()
            _ = await first.value
            #expect(server.requests.count == 1)
        }
    }

    @Test func `keeps no more clients than its limit`() async throws {
        var capacity = OutboundCapacity()
        capacity.pinnedClientsMax = 2
        try await ScriptedServer.run(script: { _ in [.send(Self.fine)] }) { server in
            let own = try settings(hosts: "http://.provider.test:\(server.port)")
            try await withClient(own, capacity: capacity, resolver: ScriptedResolver(["127.0.0.2"])) { client in
                for name in ["a", "b", "c", "a", "d"] {
                    let request = OutboundRequest(.get, "http://\(name).provider.test:\(server.port)/")
                    let answer = try await client.send(request, to: .hosts([], installation: own))
                    #expect(answer.status == 200)
                    #expect(client.clientsHeld <= 2)
                }
                #expect(client.clientsHeld == 2)
            }
        }
    }

    @Test func `comes as a stream, or into a file`() async throws {
        let body = String(repeating: "0123456789", count: 50_000)
        try await withServer({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")] }) {
            server, client, url, policy in
            let (status, bytes) = try await client.stream(.init(.get, url), to: policy) { head, pieces in
                var bytes: [UInt8] = []
                for try await piece in pieces { bytes += piece }
                return (head.status, bytes)
            }
            #expect(status == 200)
            #expect(bytes == Array(body.utf8))
            let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: place) }
            try Data().write(to: place)
            let file = try FileHandle(forWritingTo: place)
            let loaded = try await client.download(.init(.get, url), to: policy, into: file)
            try file.close()
            #expect(loaded.bytes == body.utf8.count)
            #expect(try Data(contentsOf: place) == Data(body.utf8))
            let error = await failure {
                try await client.stream(.init(.get, url), to: policy, limits: .init(bodyBytesMax: 100_000)) { _, pieces in
                    for try await _ in pieces {}
                }
            }
            #expect(error == .unknown(host: "api.provider.test", .answerBodyTooLarge, status: 200))
        }
    }

    @Test func `is not sent any more after the client has closed`() async throws {
        try await withServer({ _ in [.send(Self.fine)] }) { _, client, url, policy in
            _ = try await client.send(.init(.get, url), to: policy)
            await client.close()
            let error = await failure { try await client.send(.init(.get, url), to: policy) }
            #expect(error == .notSent(host: "api.provider.test", .closed))
        }
    }
}

@Suite struct `TLS to a checked address` {
    private func ask(_ name: String, _ server: ScriptedServer, roots: String) async throws -> (status: Int?, error: OutboundError?) {
        let own = try settings(hosts: "\(name):\(server.port)", roots: roots)
        return try await withClient(own, resolver: ScriptedResolver(["127.0.0.2"])) { client in
            do {
                let answer = try await client.send(
                    .init(.post, "https://\(name):\(server.port)/"), to: .hosts([], installation: own), limits: .init(timeout: .seconds(60))
                )
                return (answer.status, nil)
            } catch { return (nil, error as? OutboundError) }
        }
    }

    @Test func `asks for the name, and trusts only a certificate for it`() async throws {
        try await ScriptedServer.run(tls: true, script: { _ in [.send("HTTP/1.1 204 No Content\r\n\r\n")] }) { server in
            let authority = try ScriptedServer.fixture("authority")
            let right = try await ask("api.provider.test", server, roots: authority)
            #expect(right.status == 204, "\(String(describing: right.error))")
            #expect(server.names == ["api.provider.test"])
            #expect(server.requests.first?.contains("ost: api.provider.test:\(server.port)\r\n") == true)
            let wrong = try await ask("other.provider.test", server, roots: authority)
            #expect(wrong.error == .notSent(host: "other.provider.test", .tlsFailed))
            let stranger = try await ask("api.provider.test", server, roots: "")
            #expect(stranger.error == .notSent(host: "api.provider.test", .tlsFailed))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `is not given up for plain HTTP by a redirect`() async throws {
        let plain = "http://api.provider.test/"
        try await ScriptedServer.run(
            tls: true, script: { _ in [.send("HTTP/1.1 301 Moved\r\nLocation: \(plain)\r\nContent-Length: 0\r\n\r\n")] }
        ) { server in
            let own = try settings(
                hosts: "api.provider.test:\(server.port),http://api.provider.test", roots: try ScriptedServer.fixture("authority"))
            try await withClient(own, resolver: ScriptedResolver(["127.0.0.2"])) { client in
                let error = await failure {
                    try await client.send(
                        .init(.get, "https://api.provider.test:\(server.port)/"), to: .hosts([], installation: own),
                        limits: .init(redirectsMax: 3))
                }
                #expect(error == .forbidden(host: "api.provider.test", .redirectToPlainHTTP))
                #expect(server.requests.count == 1)
            }
        }
    }
}

/// True once.
private final class Once: Sendable {
    private let isTaken = Mutex(false)

    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
