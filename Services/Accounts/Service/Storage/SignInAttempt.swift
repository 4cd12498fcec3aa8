import Contracts
import Foundation
import Storage

/// One attempt to sign in, counted before it costs anything.
struct SignInAttempt: Sendable {
    let lane: FairQueue<PasswordHasher.Job>.Lane
    /// Whose turn its hashes take.
    let source: String
    /// What a success forgets, and what it gives back since it was no failure.
    private let own: AttemptLimit.Key
    private let counted: [(key: AttemptLimit.Key, limit: AttemptLimit)]

    /// - Parameter device: a browser that is known to have signed in as one of those whom the e-mail names.
    /// - Throws: ``AccountsError/tooManyAttempts(retryAfterSeconds:)``.
    static func begin(
        _ device: DeviceToken?, _ address: String, _ email: String, _ addressLimit: AttemptLimit, at now: Date, _ transaction: Transaction
    ) throws -> SignInAttempt {
        let attempts = AttemptRepository(transaction: transaction)
        if let device {
            let key = AttemptLimit.Key.device(device.id)
            try attempts.take(key, .own, at: now)
            return SignInAttempt(lane: .known, source: device.id.lowercased, own: key, counted: [])
        }
        let (ofAddress, ofAccount) = (AttemptLimit.Key.address(address), AttemptLimit.Key.account(email))
        let pair = AttemptLimit.Key.pair(address: address, email: email)
        try attempts.take(ofAddress, addressLimit, at: now)
        let excess = try attempts.excess(ofAccount, .account, at: now)
        try attempts.count(ofAccount, .account, at: now)
        try attempts.take(pair, excess > 0 ? .suspected(excess) : .own, at: now)
        return SignInAttempt(
            lane: excess > 0 ? .suspected : .ordinary, source: address, own: pair,
            counted: [(ofAddress, addressLimit), (ofAccount, .account)])
    }

    /// The password was right.
    func succeeded(_ transaction: Transaction) throws {
        let attempts = AttemptRepository(transaction: transaction)
        for (key, limit) in counted { try attempts.giveBack(key, limit) }
        try attempts.forget(own)
    }
}
