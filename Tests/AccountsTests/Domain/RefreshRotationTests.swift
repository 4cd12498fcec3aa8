import AccountsService
import Contracts
import Foundation
import Testing

@Suite struct `The rule of refresh tokens` {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func verdict(_ change: (inout RefreshRotation.State) -> Void = { _ in }) -> RefreshRotation.Verdict {
        var state = RefreshRotation.State(expiresAt: now.addingTimeInterval(10), signInExpiresAt: now.addingTimeInterval(10))
        change(&state)
        return RefreshRotation.verdict(on: state, at: now)
    }

    @Test func `lets a fresh one rotate, until its time is over`() {
        #expect(verdict() == .rotate)
        #expect(verdict { $0.expiresAt = now } == .invalid)
        #expect(verdict { $0.signInExpiresAt = now } == .invalid)
        #expect(verdict { $0.isSignInRevoked = true } == .invalid)
        #expect(verdict { $0.isUserActive = false } == .invalid)
    }

    @Test func `repeats the successor while the answer may be lost, and not after somebody used it`() {
        #expect(verdict { $0.rotatedAt = now } == .repeatSuccessor)
        #expect(verdict { $0.rotatedAt = now.addingTimeInterval(-59) } == .repeatSuccessor)
        #expect(verdict { $0.rotatedAt = now.addingTimeInterval(-60) } == .reused)
        #expect(verdict { ($0.rotatedAt, $0.isSuccessorUsed) = (now, true) } == .reused)
        #expect(verdict { ($0.rotatedAt, $0.isSignInRevoked) = (now, true) } == .invalid)
    }

    @Test func `makes a successor that only token and salt together give`() {
        let token = SecretToken.random()
        let successor = RefreshRotation.successor(of: token, salt: [1])
        #expect(RefreshRotation.successor(of: token, salt: [1]).text == successor.text)
        #expect(RefreshRotation.successor(of: token, salt: [2]).text != successor.text)
        #expect(RefreshRotation.successor(of: .random(), salt: [1]).text != successor.text)
        #expect(Base64URL.decode(successor.text)?.count == 32)
    }
}
