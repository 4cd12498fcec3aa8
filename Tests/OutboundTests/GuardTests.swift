import Foundation
import Outbound
import Testing

/// Tries to reach a server on this machine that counts who comes.
@Suite struct `The guard` {
    private func withVictim(_ body: (ScriptedServer) async throws -> Void) async throws {
        try await ScriptedServer.run(on: "127.0.0.1", tls: true, script: { _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")] }) {
            victim in
            try await body(victim)
        }
    }

    @Test func `lets in who is allowed, so that the counting proves something`() async throws {
        try await withVictim { victim in
            let own = try settings(hosts: "127.0.0.1:\(victim.port)", networks: "127.0.0.1")
            try await withClient(own) { client in
                let error = await failure {
                    try await client.send(.init(.get, "https://127.0.0.1:\(victim.port)/"), to: .hosts([], installation: own))
                }
                #expect(error == .notSent(host: "127.0.0.1", .tlsFailed), "it has no certificate for that")
                #expect(victim.connections == 1)
            }
        }
    }

    static let notations = [
        "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.01", "0", "0.0.0.0",
        "127.8.9.10",
        "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1%25lo]", "[fe80::1%lo]", "[fe80::1]", "localhost",
        "LOCALHOST", "localhost.",
        "a.localhost", "A.LocalHost", "localhost.localdomain.", "127.0.0.1.", "%6c%6fcalhost", "127%2e0%2e0%2e1", "127.0.0.1%00",
        "１２７.0.0.1", "127。0。0。1",
        "ｌocalhost", "good.com@127.0.0.1", "good.com:443@127.0.0.1", "127.0.0.1\\@good.com", "127.0.0.1#@good.com", "good.com\\.127.0.0.1",
        "\t127.0.0.1", "127.0.0.1\n",
        "127.0.0.1%0d%0a", "", "ip6-localhost", "localhost6", "169.254.169.254", "[fd00:ec2::254]", "metadata", "10.0.0.1", "192.168.0.1",
        "255.255.255.255",
        "224.0.0.1",
    ]

    /// With the system's own resolver, which understands more of them than we do.
    @Test func `refuses each notation of this machine before a connection`() async throws {
        try await withVictim { victim in
            let resolver = SystemAddressResolver()
            try await withClient(resolver: resolver) { client in
                let policy = DestinationPolicy.anyPublic(ports: [443, victim.port])
                for notation in Self.notations {
                    for url in ["https://\(notation):\(victim.port)/?key=s3cret", "https://\(notation)"] {
                        let error = await failure {
                            try await client.send(.init(.get, url, fields: [("authorization", "s3cret")]), to: policy)
                        }
                        #expect(error?.prohibition != nil, "\(url): \(String(describing: error))")
                        #expect(error.map { !"\($0)".contains("s3cret") } == true)
                    }
                }
                #expect(victim.connections == 0)
            }
        }
    }

    @Test func `refuses names that mean this machine, whoever's resolver says so`() async throws {
        try await withVictim { victim in
            for address in [
                "127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "fd00:ec2::254", "64:ff9b::7f00:1",
            ] {
                let resolver = ScriptedResolver([address])
                let special = SpecialAddress.of(try #require(IPAddress(address)))
                try await withClient(resolver: resolver) { client in
                    let error = await failure {
                        try await client.send(
                            .init(.post, "https://hook.example.com:\(victim.port)/"), to: .anyPublic(ports: [victim.port]))
                    }
                    #expect(error?.prohibition == special.map(Prohibition.addressNotPublic))
                    #expect(resolver.names == ["hook.example.com"])
                }
            }
            #expect(victim.connections == 0)
        }
    }

    @Test func `refuses a name with one public and one private address, whichever comes first`() async throws {
        try await ScriptedServer.runPair({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")] }) { allowed, forbidden in
            let own = try settings(hosts: "http://crm.test:\(allowed.port)")
            for answer in [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "::ffff:127.0.0.2"]] {
                try await withClient(own, resolver: ScriptedResolver(answer)) { client in
                    let error = await failure {
                        try await client.send(.init(.get, "http://crm.test:\(allowed.port)/"), to: .hosts([], installation: own))
                    }
                    #expect(error?.prohibition != nil)
                }
            }
            #expect(allowed.connections == 0)
            #expect(forbidden.connections == 0)
        }
    }

    @Test func `connects to the address that it checked, though the next lookup says another`() async throws {
        try await ScriptedServer.runPair({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")] }) { allowed, forbidden in
            let own = try settings(hosts: "http://crm.test:\(allowed.port)")
            let resolver = ScriptedResolver(["127.0.0.2"], ["127.0.0.1"])
            try await withClient(own, resolver: resolver) { client in
                let request = OutboundRequest(.get, "http://CRM.test:\(allowed.port)/a?b", fields: [("x-key", "k")])
                let answer = try await client.send(request, to: .hosts([], installation: own))
                #expect(answer.body == Array("ok".utf8))
                #expect(resolver.names == ["crm.test"], "one lookup")
                #expect(
                    allowed.requests.first?.lowercased().contains("\r\nhost: crm.test:\(allowed.port)\r\n") == true,
                    "the name, not the address")
                #expect(allowed.requests.first?.contains("switchboard-attempt") == false)
                let error = await failure { try await client.send(request, to: .hosts([], installation: own)) }
                #expect(error == .forbidden(host: "crm.test", .addressNotPublic(.loopback)))
                #expect(allowed.connections == 1)
                #expect(forbidden.connections == 0)
            }
        }
    }

    @Test func `looks at every redirect like at the first address`() async throws {
        let target = Target()
        try await ScriptedServer.runPair({ _ in [.send("HTTP/1.1 302 Found\r\nLocation: \(target.location)\r\nContent-Length: 0\r\n\r\n")] }
        ) { allowed, forbidden in
            let own = try settings(hosts: "http://crm.test:\(allowed.port)")
            let port = allowed.port
            let locations =
                Self.notations.map { "http://\($0):\(port)/" } + [
                    "//127.0.0.1:\(port)/", "//localhost:\(port)", "http://other.test:\(port)/", "https://crm.test:\(port)x",
                ]
            for location in locations where !location.contains("\n") {
                target.location = location
                try await withClient(own, resolver: ScriptedResolver(["127.0.0.2"], ["127.0.0.1"])) { client in
                    let error = await failure {
                        try await client.send(
                            .init(.get, "http://crm.test:\(port)/"), to: .hosts([], installation: own), limits: .init(redirectsMax: 3))
                    }
                    #expect(error?.prohibition != nil, "\(location): \(String(describing: error))")
                }
            }
            #expect(allowed.requests.count == locations.count(where: { !$0.contains("\n") }))
            target.location = "http://crm.test:\(port)/again"
            try await withClient(own, resolver: ScriptedResolver(["127.0.0.2"], ["127.0.0.1"])) { client in
                let error = await failure {
                    try await client.send(
                        .init(.get, "http://crm.test:\(port)/"), to: .hosts([], installation: own), limits: .init(redirectsMax: 3))
                }
                #expect(error == .forbidden(host: "crm.test", .addressNotPublic(.loopback)), "the same name, looked up again")
            }
            #expect(forbidden.connections == 0)
        }
    }

    @Test func `holds a policy's hosts, ports and scheme`() async throws {
        let own = try settings(hosts: "http://crm.test:81,.inner.test,10.0.0.9", networks: "10.0.0.0/8")
        try await withClient(own, resolver: ScriptedResolver([])) { client async throws in
            func prohibition(_ url: String, _ policy: DestinationPolicy) async -> Prohibition? {
                await failure { try await client.send(.init(.get, url), to: policy) }?.prohibition
            }
            let provider = DestinationPolicy.hosts([try HostRule("api.provider.test"), try HostRule(".cdn.test")])
            let both = DestinationPolicy.hosts([try HostRule("api.provider.test")], installation: own)
            #expect(await prohibition("https://api.provider.test/", provider) == nil)
            #expect(await prohibition("https://a.cdn.test/", provider) == nil)
            for url in [
                "https://cdn.test/", "https://xcdn.test/", "https://api.provider.test.evil.test/", "https://evil-api.provider.test/",
                "https://8.8.8.8/",
            ] {
                #expect(await prohibition(url, provider) == .hostNotAllowed, "\(url)")
            }
            #expect(await prohibition("http://api.provider.test/", provider) == .plainHTTP)
            #expect(await prohibition("https://api.provider.test:444/", provider) == .portNotAllowed(444))
            #expect(
                await prohibition("https://crm.test:81/", provider) == .hostNotAllowed,
                "the installation's hosts only where a policy takes them")
            #expect(await prohibition("http://crm.test:81/", both) == nil)
            #expect(await prohibition("http://crm.test:82/", both) == .portNotAllowed(82))
            #expect(await prohibition("http://a.inner.test/", both) == .plainHTTP)
            #expect(await prohibition("https://10.0.0.8/", both) == .hostNotAllowed)
            #expect(await prohibition("http://a.public.test/", .anyPublic()) == .plainHTTP)
            #expect(await prohibition("https://intranet/", .anyPublic()) == .hostNotAllowed)
            #expect(await prohibition("https://10.0.0.9/", .anyPublic()) == .addressNotPublic(.privateUse))
            let metadata = try settings(hosts: "169.254.169.254", networks: "169.254.0.0/16")
            #expect(await prohibition("https://169.254.169.254/", .hosts([], installation: metadata)) == .addressNotPublic(.metadata))
        }
    }

    @Test func `does not send fields that would change the request's shape`() async throws {
        try await withClient { client in
            for field in [
                ("host", "x"), ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("x", "a\r\nb: c"), ("x y", "z"), ("", "z"),
                ("x", "\u{0}"), ("Switchboard-Attempt", "1"),
            ] {
                let error = await failure { try await client.send(.init(.get, "https://example.com/", fields: [field]), to: .anyPublic()) }
                guard case .headerNotAllowed = error?.prohibition else {
                    Issue.record("\(field): \(String(describing: error))")
                    continue
                }
            }
            let large = await failure {
                try await client.send(
                    .init(.get, "https://example.com/", fields: [("x", String(repeating: "x", count: 33 << 10))]), to: .anyPublic())
            }
            #expect(large?.prohibition == .requestHeadTooLarge(limit: 32 << 10))
            let body = await failure {
                try await client.send(
                    .init(.post, "https://example.com/", body: [UInt8](repeating: 0, count: 32 << 20 + 1)), to: .anyPublic())
            }
            #expect(body?.prohibition == .requestBodyTooLarge(limit: 32 << 20))
        }
    }
}

/// Where the next redirect points.
private final class Target: @unchecked Sendable {
    private let lock = NSLock()
    private var stored = ""

    var location: String {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
