import Bus
import Contracts
import Foundation
import SwitchboardCommands
import Testing

@Suite struct `The folder of keys` {
    @Test func `gets what is missing, and keeps what it has`() async throws {
        try await withTemporaryFolder { path in
            let folder = KeyFolder(path + "/keys")
            #expect(try folder.prepare([.chat, .router]) == [.chat: .made, .router: .made])
            let before = try contents(folder, [.chat, .router])
            #expect(Set(before).count == 3, "three files, three contents")
            #expect(try folder.prepare([.chat, .router]) == [.chat: .kept, .router: .kept])
            #expect(try contents(folder, [.chat, .router]) == before)
            #expect(try folder.prepare([.chat, .accounts]) == [.chat: .kept, .accounts: .made])
            #expect(try contents(folder, [.chat, .router]).prefix(2) == before.prefix(2))
            let own = try CurveSecurity.ownKeys(file: folder.secretFile(of: .accounts))
            let keys = try CurveSecurity.publicKeys(file: folder.publicKeysFile, of: .accounts, own: own)
            #expect(Set(keys.keys.keys) == [.chat, .router, .accounts])
            #expect(try mode(folder.secretFile(of: .chat)) == 0o600)
            #expect(try mode(folder.publicKeysFile) == 0o644)
        }
    }

    @Test func `of one machine is its owner's alone, and stays so when a key is changed by hand`() async throws {
        try await withTemporaryFolder { path in
            _ = try KeyFolder(path + "/keys").prepare([.chat])
            #expect(try mode(path + "/keys") == 0o755)
            _ = try KeyFolder(path + "/keys", isPrivate: true).prepare([.chat])
            #expect(try mode(path + "/keys") == 0o700)
            _ = try KeyFolder(path + "/keys").prepare([], rotating: [.chat])
            #expect(try mode(path + "/keys") == 0o700)
        }
    }

    @Test func `changes a key in two steps`() async throws {
        try await withTemporaryFolder { path in
            let folder = KeyFolder(path)
            _ = try folder.prepare([.chat, .router])
            let old = try CurveSecurity.ownKeys(file: folder.secretFile(of: .chat))
            #expect(try folder.prepare([], rotating: [.chat]) == [.chat: .rotated])
            let new = try CurveSecurity.ownKeys(file: folder.secretFile(of: .chat))
            #expect(new.publicKey != old.publicKey)
            #expect(try listed(folder)[.chat] == [old.publicKey, new.publicKey])
            #expect(try folder.prepare([], retiring: [.chat]) == [.chat: .retired])
            #expect(try listed(folder)[.chat] == [new.publicKey])
            #expect(try listed(folder)[.router]?.count == 1)
        }
    }

    @Test func `is left alone when it does not fit together`() async throws {
        try await withTemporaryFolder { path in
            let folder = KeyFolder(path)
            #expect(throws: OperatorError.self) { try folder.prepare([], rotating: [.chat]) }
            #expect(!FileManager.default.fileExists(atPath: folder.publicKeysFile))
            _ = try folder.prepare([.chat])
            let stranger = try CurveKeyPair.generate()
            try Data(stranger.secretKey.text.utf8).write(to: URL(filePath: folder.secretFile(of: .chat)))
            let before = try contents(folder, [.chat])
            #expect(throws: OperatorError.self) { try folder.prepare([.chat, .router]) }
            #expect(try contents(folder, [.chat]) == before)
            #expect(!FileManager.default.fileExists(atPath: folder.secretFile(of: .router)))
            try FileManager.default.removeItem(atPath: folder.secretFile(of: .chat))
            #expect(try folder.prepare([.chat]) == [.chat: .elsewhere])
        }
    }

    private func contents(_ folder: KeyFolder, _ services: [ServiceName]) throws -> [Data] {
        try (services.map(folder.secretFile) + [folder.publicKeysFile]).map { try Data(contentsOf: URL(filePath: $0)) }
    }

    private func listed(_ folder: KeyFolder) throws -> [ServiceName: [CurveKey]] {
        try CurvePublicKeys(Data(contentsOf: URL(filePath: folder.publicKeysFile))).keys
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
