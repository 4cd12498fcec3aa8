import Foundation
import Outbound
import Testing

/// Random addresses made of what has led other guards astray, by a seed.
@Suite struct `Addresses made at random` {
    private static let seed = ProcessInfo.processInfo.environment["OUTBOUND_SEED"].flatMap { UInt64($0) } ?? 4_711

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    private static let hosts = [
        "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[fe80::1%25lo]",
        "localhost", "localhost.", "a.localhost", "hook.example.com", "93.184.216.34", "[2606:2800:220:1::1]", "169.254.169.254",
        "user@127.0.0.1", "10.0.0.1",
        "1.2.3.4", "intranet",
    ]

    private static let pieces =
        hosts + [
            ".", "..", ":", "@", "/", "\\", "?", "#", "%", "%2e", "%00", "%25", "[", "]", "0x", "0", "1", "127", "7f", "ff", "::",
            "localhost", "example.com", "a", "-", "_", "\t", " ", "。", "１", "\u{ad}", "xn--", ":80", ":443", "1e1", "//",
        ]

    private func url(_ generator: inout Generator, port: Int) -> String {
        var host = (0..<Int.random(in: 1...5, using: &generator)).compactMap { _ in Self.pieces.randomElement(using: &generator) }.joined()
        if Bool.random(using: &generator), let plain = Self.hosts.randomElement(using: &generator) { host = plain }
        if Int.random(in: 0..<4, using: &generator) == 0, let index = host.indices.randomElement(using: &generator) {
            host.replaceSubrange(index...index, with: Self.pieces.randomElement(using: &generator) ?? "")
        }
        let scheme = ["https://", "https://", "https://", "HTTPS://", "https:/", "https:", "//"].randomElement(using: &generator) ?? ""
        return scheme + host + (Bool.random(using: &generator) ? ":\(port)" : "")
            + (["", "/", "/a?b#c", "?x", "#y"].randomElement(using: &generator) ?? "")
    }

    @Test func `mean to other readers what they mean to us, or are refused`() {
        var generator = Generator(state: Self.seed)
        var read = 0
        for _ in 0..<5_000 {
            let text = url(&generator, port: 8_443)
            guard let ours = try? OutboundURL(text) else { continue }
            read += 1
            let theirs = URL(string: text)
            let host = "\(ours.host)"
            #expect(
                theirs?.host(percentEncoded: false)?.lowercased() == host.trimmingCharacters(in: ["[", "]"]) || host.hasPrefix("["),
                "seed \(Self.seed): \(text)")
            #expect((theirs?.port ?? 443) == ours.port, "seed \(Self.seed): \(text)")
            #expect(theirs?.user() == nil && theirs?.password() == nil, "seed \(Self.seed): \(text)")
            var address = in_addr()
            if case .name = ours.host {
                #expect(inet_aton(host, &address) == 0, "seed \(Self.seed): the system takes the name in \(text) for an address")
            } else if case .address(let own) = ours.host, !own.isVersion6 {
                #expect(
                    inet_aton(host, &address) == 1 && withUnsafeBytes(of: address, Array.init) == own.bytes, "seed \(Self.seed): \(text)")
            }
        }
        #expect(read > 250, "\(read) of them could be read")
    }

    /// Every name means this machine to this resolver, as it would to an attacker's.
    @Test func `do not reach this machine`() async throws {
        try await ScriptedServer.run(on: "127.0.0.1") { victim in
            try await withClient(resolver: ScriptedResolver(["127.0.0.1"])) { client in
                var generator = Generator(state: Self.seed &+ 1)
                var looked = 0
                for _ in 0..<1_000 {
                    let text = url(&generator, port: victim.port)
                    // 8.8.8.8 and the like are public: nobody is to be asked by a test.
                    if let url = try? OutboundURL(text), case .address(let address) = url.host, SpecialAddress.of(address) == nil {
                        continue
                    }
                    let error = await failure { try await client.send(.init(.get, text), to: .anyPublic(ports: [443, 80, victim.port])) }
                    #expect(error?.prohibition != nil, "seed \(Self.seed): \(text) \(String(describing: error))")
                    if error?.prohibition == .addressNotPublic(.loopback) { looked += 1 }
                }
                #expect(looked > 30, "\(looked) came as far as their address")
                #expect(victim.connections == 0)
            }
        }
    }
}
