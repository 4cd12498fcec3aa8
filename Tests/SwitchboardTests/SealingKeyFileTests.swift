import Contracts
import Foundation
import Sealing
import SwitchboardCommands
import Testing

@Suite struct `The file of sealing keys` {
    private let noon = Date(timeIntervalSince1970: 1_796_040_000)  // 2026-11-30 12:00 UTC
    private let place = SecretPlace(tenant: .new(), account: UUID(), name: "auth_token")

    @Test func `is made once, for its owner alone`() async throws {
        try await withTemporaryFolder { path in
            let file = SealingKeyFile(path + "/keys/sealing-keys")
            let made = try file.apply(.make, now: noon)
            #expect(made.outcome == .made)
            #expect(made.key == "2026-11-30")
            let again = try file.apply(.make, now: noon)
            #expect(again.outcome == .kept)
            #expect(again.ring.text == made.ring.text)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `changes its key in steps, and what was sealed stays open until the last`() async throws {
        try await withTemporaryFolder { path in
            let file = SealingKeyFile(path + "/sealing-keys")
            let first = try file.apply(.make, now: noon)
            let sealed = try first.ring.seal("a token", at: place)
            let added = try file.apply(.add, now: noon)
            #expect(added.key == "2026-11-30-2")
            #expect(added.ring.description == "2026-11-30, 2026-11-30-2", "the new one does not seal yet")
            let used = try file.apply(.use("2026-11-30-2"), now: noon)
            #expect(used.ring.description == "2026-11-30-2, 2026-11-30")
            #expect(try added.ring.open(try used.ring.seal("b", at: place), at: place) == "b", "a service that has not restarted opens it")
            #expect(try used.ring.open(sealed, at: place) == "a token")
            let fresh = try #require(try used.ring.reseal(sealed, at: place))
            let retired = try file.apply(.retire("2026-11-30"), now: noon)
            #expect(try retired.ring.open(fresh, at: place) == "a token")
            #expect(throws: SealingError.unknownKey(id: "2026-11-30")) { try retired.ring.open(sealed, at: place) }
        }
    }

    @Test func `is left alone when a step makes no sense`() async throws {
        try await withTemporaryFolder { path in
            let file = SealingKeyFile(path + "/sealing-keys")
            #expect(throws: OperatorError.self) { try file.apply(.add, now: noon) }
            #expect(!FileManager.default.fileExists(atPath: file.path))
            let before = try file.apply(.make, now: noon).ring.text
            for change in [SealingKeyFile.Change.retire("2026-11-30"), .retire("none"), .use("none")] {
                #expect(throws: OperatorError.self) { try file.apply(change, now: noon) }
            }
            #expect(try String(contentsOfFile: file.path, encoding: .utf8) == before)
            for _ in 2...KeyRing.keysMax { _ = try file.apply(.add, now: noon) }
            let error = #expect(throws: OperatorError.self) { try file.apply(.add, now: noon) }
            #expect(error?.description.contains("Retire") == true)
            try Data("a:secret".utf8).write(to: URL(filePath: file.path))
            let unreadable = #expect(throws: OperatorError.self) { try file.apply(.add, now: noon) }
            #expect(unreadable?.description.contains("secret") == false)
        }
    }
}
