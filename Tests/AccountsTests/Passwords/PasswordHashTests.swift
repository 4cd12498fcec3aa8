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

@Suite struct `The queue of those who sign in` {
    private func drained(_ queue: FairQueue<String>) -> [String] {
        var queue = queue
        var jobs: [String] = []
        while let job = queue.next() { jobs.append(job) }
        return jobs
    }

    @Test func `lets sources take turns, however much one of them sends`() {
        var queue = FairQueue<String>(countMax: 100)
        for index in 1...5 { #expect(queue.add("flood \(index)", of: "a", in: .ordinary) == nil) }
        _ = queue.add("first", of: "b", in: .ordinary)
        _ = queue.add("second", of: "b", in: .ordinary)
        _ = queue.add("only", of: "c", in: .ordinary)
        #expect(drained(queue) == ["flood 1", "first", "only", "flood 2", "second", "flood 3", "flood 4", "flood 5"])
    }

    @Test func `serves known browsers first, and the last lane now and then all the same`() {
        var queue = FairQueue<String>(countMax: 100)
        for index in 1...2 { _ = queue.add("suspected \(index)", of: "s\(index)", in: .suspected) }
        for index in 1...6 { _ = queue.add("ordinary \(index)", of: "o\(index)", in: .ordinary) }
        _ = queue.add("known", of: "k", in: .known)
        let order = drained(queue)
        #expect(order.first == "known")
        #expect(order[FairQueue<String>.turnsPerLastLane - 1] == "suspected 1")
        #expect(order.count == 9 && Set(order).count == 9)
    }

    @Test func `when full lets go of whoever has most in the last lane that has any`() {
        var queue = FairQueue<String>(countMax: 4)
        for index in 1...4 { #expect(queue.add("flood \(index)", of: "a", in: .ordinary) == nil) }
        #expect(queue.add("flood 5", of: "a", in: .ordinary) == "flood 5")
        #expect(queue.add("somebody", of: "b", in: .ordinary) == "flood 4")
        #expect(queue.add("suspect", of: "c", in: .suspected) == "suspect")
        #expect(queue.add("known", of: "d", in: .known) == "flood 3")
        #expect(queue.count == 4)
        #expect(drained(queue) == ["known", "flood 1", "somebody", "flood 2"])
    }

    @Test func `gives one of another address its turn while a hundred of one address wait`() async throws {
        let hasher = try PasswordHasher(parameters: .init(costLog2: 12, blockSize: 8, parallelism: 1))
        let refused = await withTaskGroup { group in
            for _ in 1...(PasswordHasher.waitingMax * 3) {
                group.addTask { () -> Bool in
                    do {
                        _ = try await hasher.matches("a guess", nil, .init(.ordinary, source: "flood", deadline: .now + .seconds(600)))
                        return false
                    } catch {
                        return true
                    }
                }
            }
            for _ in 1...5 {
                group.addTask { () -> Bool in
                    do {
                        _ = try await hasher.matches("a guess", nil, .init(.ordinary, source: "somebody", deadline: .now + .seconds(600)))
                        return false
                    } catch {
                        Issue.record("somebody else was refused: \(error)")
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused > 0, "the queue was full")
    }

    @Test func `does not compute what nobody waits for any more`() async throws {
        let hasher = try PasswordHasher(parameters: AccountsUnderTest.cheap)
        await #expect(throws: BusError.deadlineExceeded) {
            try await hasher.hash("correct horse", .init(.known, source: "a", deadline: .now))
        }
    }
}
