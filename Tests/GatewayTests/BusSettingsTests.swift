import Bus
import Contracts
import Foundation
import ServiceKit
import Testing

@Suite struct `Settings of the bus` {
    private func settings(_ environment: [String: String]) -> Settings { Settings(arguments: ["chat"], environment: environment) }

    @Test func `name peers`() throws {
        let given = settings(["CHAT_PEERS": "chat=chat:7101:7102, router=router:7101:7102"])
        #expect(
            try BusSettings.peers(for: .chat, given) == [
                NamedPeer(service: .chat, host: "chat", eventsPort: 7101, requestsPort: 7102),
                NamedPeer(service: .router, host: "router", eventsPort: 7101, requestsPort: 7102),
            ])
        #expect(try BusSettings.peers(for: .chat, settings([:])) == [])
    }

    @Test func `find everybody who answers by name, if neither peers nor an endpoint file is given`() throws {
        func peers(_ environment: [String: String]) throws -> [NamedPeer] {
            try BusSettings.peers(for: .chat, Settings(arguments: ["chat"], environment: environment, service: .chat))
        }
        let named = try peers([:])
        #expect(named.map(\.service) == SuiteService.all.filter { !$0.isEdge }.map(\.name))
        #expect(named.contains(NamedPeer(service: .router, host: "router", eventsPort: 7101, requestsPort: 7102)))
        #expect(try peers(["SWITCHBOARD_ENDPOINTS_FILE": "run/endpoints.json"]) == [])
        #expect(try peers(["PEERS": "chat=elsewhere:1:2"]).map(\.host) == ["elsewhere"])
        #expect(try peers(["SWITCHBOARD_CONVENTIONS": "false", "PEERS": "chat=elsewhere:1:2"]) == [])
    }

    @Test func `say where a service listens whom others look for by its name, as older compose files do not`() {
        func endpoint(_ service: ServiceName, _ environment: [String: String]) -> String? {
            let settings = Settings(arguments: [service.rawValue], environment: environment, service: service)
            return BusSettings.endpoint(BusSettings.eventsKey(service), port: BusSettings.eventsPort, of: service, settings)
        }
        #expect(endpoint(.chat, ["CHAT_PEERS": "router=router:7101:7102"]) == "tcp://0.0.0.0:7101")
        #expect(endpoint(.chat, ["CHAT_BUS_EVENTS": "tcp://127.0.0.1:1"]) == "tcp://127.0.0.1:1")
        #expect(endpoint(.chat, ["SWITCHBOARD_ENDPOINTS_FILE": "run/endpoints.json"]) == nil)
        #expect(endpoint(.chat, ["SWITCHBOARD_CONVENTIONS": "false"]) == nil)
        #expect(endpoint(.gateway, [:]) == nil)
    }

    @Test(arguments: [
        ["CHAT_PEERS": "chat"], ["CHAT_PEERS": "chat=a:1:2,chat=b:1:2"],
        ["CHAT_PEERS": "chat=a:1:2", "SWITCHBOARD_ENDPOINTS_FILE": "run/endpoints.json"],
    ])
    func `that name peers wrongly are refused by name`(environment: [String: String]) {
        let error = #expect(throws: SettingError.self) { try BusSettings.peers(for: .chat, settings(environment)) }
        #expect(error?.description.contains("CHAT_PEERS") == true)
    }

    @Test func `without keys are refused by name`() throws {
        let error = #expect(throws: SettingError.self) { try BusSettings.curve(for: .chat, settings([:])) }
        #expect(error?.description.contains("CHAT_CURVE_SECRET_KEY_FILE") == true)
    }

    @Test func `with keys are read, and what is wrong with them is said by name`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) } }
        let pair = try CurveKeyPair.generate()
        func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
            let path = folder.appendingPathComponent(name).path
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return path
        }
        let secret = try file("chat.secret", pair.secretKey.text + "\n", mode: 0o400)
        let publicKeys = try file("public-keys.json", #"{"chat": ["\#(pair.publicKey.text)"]}"#, mode: 0o644)
        func curve(_ secret: String?, _ publicKeys: String?) throws -> CurveSecurity {
            var environment: [String: String] = [:]
            environment["CHAT_CURVE_SECRET_KEY_FILE"] = secret
            environment["CHAT_CURVE_PUBLIC_KEYS_FILE"] = publicKeys
            return try BusSettings.curve(for: .chat, settings(environment))
        }
        let read = try curve(secret, publicKeys)
        #expect(read.own.publicKey == pair.publicKey)
        #expect(read.publicKeys.service(of: pair.publicKey) == .chat)

        let other = try CurveKeyPair.generate()
        let wrong: [(String, String?, String?)] = [
            ("PUBLIC_KEYS_FILE", secret, nil), ("SECRET_KEY_FILE", nil, publicKeys), ("SECRET_KEY_FILE", secret + ".none", publicKeys),
            ("PUBLIC_KEYS_FILE", secret, publicKeys + ".none"),
            ("SECRET_KEY_FILE", try file("open.secret", pair.secretKey.text, mode: 0o644), publicKeys),
            ("SECRET_KEY_FILE", try file("group.secret", pair.secretKey.text, mode: 0o660), publicKeys),
            ("SECRET_KEY_FILE", try file("two.secret", pair.secretKey.text + "\n\n"), publicKeys),
            ("SECRET_KEY_FILE", try file("short.secret", "short"), publicKeys),
            ("PUBLIC_KEYS_FILE", secret, try file("list.json", "[]")),
            ("PUBLIC_KEYS_FILE", secret, try file("router.json", #"{"router": ["\#(pair.publicKey.text)"]}"#)),
            ("PUBLIC_KEYS_FILE", try file("other.secret", other.secretKey.text), publicKeys),
        ]
        for (setting, secret, publicKeys) in wrong {
            let error = #expect(throws: SettingError.self) { try curve(secret, publicKeys) }
            #expect(error?.description.contains("CHAT_CURVE_\(setting)) ") == true, "\(String(describing: error))")
            #expect(error?.description.contains(pair.secretKey.text) == false)
        }
    }
}

@Suite struct `A process that leaves` {
    @Test func `is not ready any more and has said so`() async {
        let health = HealthChecks()
        health.add("database") { true }
        #expect(await health.results().allSatisfy(\.isReady))
        await confirmation { said in
            health.whenLeaving { said() }
            health.leave()
            health.leave()
        }
        #expect(await !health.results().allSatisfy(\.isReady))
    }
}
