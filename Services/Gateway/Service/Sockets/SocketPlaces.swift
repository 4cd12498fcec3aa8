import Contracts
import Synchronization

/// How many sockets this replica holds for an address, a person and a company: nobody takes the places of others. Visitors have a share of
/// their own, so that a crowd on the website does not keep a company's people out.
package final class SocketPlaces: Sendable {
    package struct Place: Sendable {
        let address: String
        /// nil: of a socket that is passed on; only its service knows whose it is.
        let principal: Principal?
    }

    private struct Share: Hashable {
        let clientID: TenantID
        let isVisitors: Bool
    }

    private struct Counts {
        var byAddress: [String: Int] = [:]
        var byPerson: [Identifier<User>: Int] = [:]
        var byShare: [Share: Int] = [:]
    }

    private let limits: SocketLimits
    private let counts = Mutex(Counts())

    package init(_ limits: SocketLimits) {
        self.limits = limits
    }

    /// - Throws: 429 `too-many-sockets`; then nothing is taken.
    package func take(_ address: String, _ principal: Principal) throws -> Place {
        try counts.withLock { counts in
            try demand(counts, address, principal)
            counts.byAddress[address, default: 0] += 1
            counts.byPerson[principal.subject, default: 0] += 1
            counts.byShare[Self.share(principal), default: 0] += 1
        }
        return Place(address: address, principal: principal)
    }

    /// For a socket that is passed on.
    /// - Throws: 429 `too-many-sockets`; then nothing is taken.
    package func take(_ address: String) throws -> Place {
        try counts.withLock { counts in
            if (counts.byAddress[address] ?? 0) >= limits.addressMax { throw Self.tooMany(limits.addressMax, "Your address has") }
            counts.byAddress[address, default: 0] += 1
        }
        return Place(address: address, principal: nil)
    }

    /// For the HTTP answer of a socket's address.
    package func demand(_ address: String, _ principal: Principal) throws {
        try counts.withLock { try demand($0, address, principal) }
    }

    package func leave(_ place: Place) {
        counts.withLock { counts in
            Self.lower(&counts.byAddress, place.address)
            guard let principal = place.principal else { return }
            Self.lower(&counts.byPerson, principal.subject)
            Self.lower(&counts.byShare, Self.share(principal))
        }
    }

    private func demand(_ counts: Counts, _ address: String, _ principal: Principal) throws {
        let isVisitor = principal.role == .customer
        let rules: [(count: Int?, max: Int, whose: String)] = [
            (counts.byPerson[principal.subject], isVisitor ? limits.visitorMax : limits.personMax, "You have"),
            (counts.byAddress[address], limits.addressMax, "Your address has"),
            (counts.byShare[Self.share(principal)], limits.companyMax, isVisitor ? "This company's visitors have" : "Your company has"),
        ]
        for rule in rules where (rule.count ?? 0) >= rule.max { throw Self.tooMany(rule.max, rule.whose) }
    }

    private static func tooMany(_ max: Int, _ whose: String) -> Problem {
        Problem(.tooManyRequests, "too-many-sockets", detail: "\(whose) \(max) sockets open, which is as many as there may be.")
            .retryAfter(retryAfter)
    }

    /// About as long as it takes until sockets of clients that are gone have been noticed.
    private static let retryAfter = Duration.seconds(15)

    private static func share(_ principal: Principal) -> Share {
        Share(clientID: principal.clientID, isVisitors: principal.role == .customer)
    }

    private static func lower<Key>(_ counts: inout [Key: Int], _ key: Key) {
        let left = (counts[key] ?? 1) - 1
        counts[key] = left > 0 ? left : nil
    }
}
