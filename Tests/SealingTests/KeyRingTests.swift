import Contracts
import Foundation
import Sealing
import ServiceKit
import Testing

@Suite struct `A key ring` {
    private let place = SecretPlace(tenant: .new(), account: UUID(), name: "auth_token")

    @Test func `seals with its first key, never twice the same, and opens with all`() throws {
        let old = try #require(SealingKey.generate(id: "old"))
        let new = try #require(SealingKey.generate(id: "new"))
        let before = try KeyRing([old])
        let after = try KeyRing([new, old])
        let sealed = try before.seal("a token", at: place)
        #expect(try after.open(sealed, at: place) == "a token")
        let many = try (0..<200).map { _ in try after.seal("a token", at: place) }
        #expect(Set(many).count == many.count)
        #expect(many.allSatisfy { $0.hasPrefix("sealed-1.new.") && !$0.contains("token") })
        #expect(throws: SealingError.unknownKey(id: "new")) { try before.open(many[0], at: place) }
    }

    @Test func `does not open what was sealed for another company, account or name`() throws {
        let ring = try KeyRing([try #require(SealingKey.generate(id: "k"))])
        let sealed = try ring.seal("a token", at: place)
        #expect(try ring.open(sealed, at: place) == "a token")
        let others = [
            SecretPlace(tenant: .new(), account: place.account, name: place.name),
            SecretPlace(tenant: place.tenant, account: UUID(), name: place.name),
            SecretPlace(tenant: place.tenant, account: place.account, name: "auth_toke"),
            SecretPlace(tenant: TenantID(place.account), account: place.tenant.uuid, name: place.name),
        ]
        for other in others { #expect(throws: SealingError.notAuthentic) { try ring.open(sealed, at: other) } }
    }

    @Test func `does not take another key's value under the same id`() throws {
        let sealed = try KeyRing([try #require(SealingKey.generate(id: "k"))]).seal("a token", at: place)
        #expect(throws: SealingError.notAuthentic) { try KeyRing([try #require(SealingKey.generate(id: "k"))]).open(sealed, at: place) }
    }

    @Test func `refuses a secret that is too large`() throws {
        let ring = try KeyRing([try #require(SealingKey.generate(id: "k"))])
        let largest = String(repeating: "x", count: 16 << 10)
        #expect(try ring.open(try ring.seal(largest, at: place), at: place) == largest)
        #expect(throws: SealingError.tooLarge(limit: 16 << 10)) { try ring.seal(largest + "x", at: place) }
    }

    @Test func `is read from lines, says which is wrong, and never what stands there`() throws {
        let one = Data(repeating: 1, count: 32).base64EncodedString()
        let two = Data(repeating: 2, count: 32).base64EncodedString()
        #expect(try KeyRing(text: "# remark\n\n b:\(two) \r\na:\(one)\n").description == "b, a")
        #expect(try KeyRing(text: "b:\(two),a:\(one)").description == "b, a")
        let written = try KeyRing(text: "b:\(two),a:\(one)").text
        #expect(try KeyRing(text: written).text == written)
        let short = Data(repeating: 7, count: 31).base64EncodedString()
        let secret = "S3cretS3cret"
        let wrong: [(String, KeyRingError)] = [
            ("", .empty), ("# only a remark", .empty),
            ("a:\(one)\n\(secret)", .key(2, "it is not id:base64")),
            ("\(secret):\(one)", .key(1, "its id is not 1 to 32 small letters, digits and hyphens")),
            (":\(one)", .key(1, "its id is not 1 to 32 small letters, digits and hyphens")),
            ("a:\(secret)!", .key(1, "its key is not base 64")), ("a:\(short)", .key(1, "its key does not have 32 bytes")),
            ("a:\(one)\na:\(two)", .key(2, "its id is another key's too")),
            ("a:\(one)\nb:\(one)", .key(2, "it is the same as another")),
            (
                (0..<9).map { "k\($0):" + Data(repeating: $0, count: 32).base64EncodedString() }.joined(separator: "\n"),
                .tooManyKeys(limit: 8)
            ),
            (String(repeating: "#", count: 5_000), .tooLong(limit: 4_096)),
        ]
        for (text, error) in wrong {
            #expect(throws: error) { try KeyRing(text: text) }
            #expect(!error.description.contains(secret) && !error.description.contains(one))
        }
    }

    @Test func `comes from a file or from a setting, not from both`() throws {
        let line = "a:" + Data(repeating: 1, count: 32).base64EncodedString()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data((line + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        func read(_ environment: [String: String]) throws -> KeyRing {
            try SealingSettings.read(Settings(arguments: ["chat"], environment: environment))
        }
        #expect(try read(["SEALING_KEYS_FILE": file.path]).description == "a")
        #expect(try read(["SEALING_KEYS": line]).description == "a")
        let wrong = [
            [:], ["SEALING_KEYS": line, "SEALING_KEYS_FILE": file.path], ["SEALING_KEYS_FILE": file.path + "-missing"],
            ["SEALING_KEYS": line + "x"],
        ]
        for environment in wrong {
            let error = #expect(throws: SettingError.self) { try read(environment) }
            #expect(error.map { !"\($0)".contains("AQEB") } == true, "the key is not repeated")
        }
    }
}
