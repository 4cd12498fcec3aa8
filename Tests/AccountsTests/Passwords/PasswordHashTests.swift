import AccountsService
import Bus
import Foundation
import Testing

@Suite struct `A password's hash` {
    /// RFC 7914, section 12: N=1024 r=8 p=16 is beyond what we accept, so the one with N=16384 r=8 p=1, cut to 32 bytes.
    @Test func `is scrypt's`() throws {
        let salt = Data("SodiumChloride".utf8).base64EncodedString().prefix { $0 != "=" }
        let expected = Data([
            0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb, 0xba, 0x90,
            0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
        ]).base64EncodedString().prefix { $0 != "=" }
        let hash = try #require(PasswordHash(text: "$scrypt$ln=14,r=8,p=1$\(salt)$\(expected)"))
        #expect(try hash.matches(Array("pleaseletmein".utf8)))
        #expect(try !hash.matches(Array("pleaseletmeout".utf8)))
    }

    @Test func `is read from its text, with a salt of its own`() throws {
        let password = Array("correct horse".utf8)
        let hash = try PasswordHash(password, parameters: AccountsUnderTest.cheap)
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        #expect(PasswordHash(text: hash.text) == hash)
        #expect(try PasswordHash(password, parameters: AccountsUnderTest.cheap).text != hash.text)
        #expect(try !hash.matches([]))
        #expect(try !PasswordHash([], parameters: AccountsUnderTest.cheap).matches([0]))
    }

    @Test(arguments: [
        "", "$", "$scrypt$", "$2b$12$abcdefghijklmnopqrstuv", "$scrypt$ln=4,r=8$c2FsdA$aGFzaA", "$scrypt$ln=40,r=8,p=1$c2FsdA$aGFzaA",
        "$scrypt$ln=-4,r=8,p=1$c2FsdA$aGFzaA", "$scrypt$ln=4,r=8,p=1$$", "$scrypt$ln=4,r=8,p=1$c2FsdA$aGFzaA",
    ])
    func `of another kind, or damaged, is none`(_ text: String) { #expect(PasswordHash(text: text) == nil) }

    @Test func `is never computed by more than two at once, and many wait`() async throws {
        let hasher = try PasswordHasher(parameters: AccountsUnderTest.cheap)
        let texts = try await withThrowingTaskGroup { group in
            for _ in 1...50 { group.addTask { try await hasher.hash("correct horse") } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts.count == 50)
        #expect(try await hasher.matches("correct horse", texts.first))
        #expect(try await !hasher.matches("correct horse", nil))
        #expect(try await !hasher.matches("nobody's password", nil))
        #expect(try await !hasher.matches("correct horse", "$2b$12$abcdefghijklmnopqrstuv"))
    }

    @Test func `is refused when too many wait already`() async throws {
        let hasher = try PasswordHasher(parameters: .init(costLog2: 12, blockSize: 8, parallelism: 1))
        let refusals = await withTaskGroup { group in
            for _ in 1...(PasswordHasher.waitingMax * 4) {
                group.addTask { () -> Bool in
                    do {
                        _ = try await hasher.hash("correct horse")
                        return false
                    } catch {
                        return error as? BusError == .overloaded(retryAfter: .seconds(1))
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refusals > 0)
        _ = try await hasher.hash("correct horse")
    }
}
