/// What is known of where the replicas behind names are. New addresses count at once; one that a name does not have any more
/// still counts for a while, so that an answer with a part missing changes nothing. No name server, no clock.
package struct NamedAddresses: Sendable {
    package struct Limits: Sendable {
        /// Three answers in a row that do not name it.
        package var grace: Duration = .seconds(10)
        /// Replicas of one service; what a name has beyond that is left out.
        package var addressesMax = 256

        package init() {}
    }

    private struct Known {
        let replica: Int
        var lastSeen: ContinuousClock.Instant
    }

    private let peers: [NamedPeer]
    private let limits: Limits
    private var known: [[String: Known]]
    private var lastReplicas: [Int]

    package init(_ peers: [NamedPeer], limits: Limits = Limits()) {
        self.peers = peers
        self.limits = limits
        known = peers.map { _ in [:] }
        lastReplicas = peers.map { _ in 0 }
    }

    /// - Parameter addresses: all that the name of the peer at `index` has now.
    /// - Returns: whether ``endpoints`` are others than before.
    package mutating func resolved(_ index: Int, _ addresses: Set<String>, now: ContinuousClock.Instant) -> Bool {
        var hasChanged = false
        for address in addresses.sorted() {
            if known[index][address] == nil {
                guard known[index].count < limits.addressesMax else { continue }
                lastReplicas[index] += 1
                known[index][address] = Known(replica: lastReplicas[index], lastSeen: now)
                hasChanged = true
            } else {
                known[index][address]?.lastSeen = now
            }
        }
        for (address, entry) in known[index] where now >= entry.lastSeen + limits.grace {
            known[index][address] = nil
            hasChanged = true
        }
        return hasChanged
    }

    /// By service in the order of the peers, then by when they were found. Replicas are numbered as they are found.
    package var endpoints: [Endpoint] {
        zip(peers, known).flatMap { peer, known in
            known.sorted { $0.value.replica < $1.value.replica }.map { peer.endpoint(replica: $0.value.replica, at: $0.key) }
        }
    }
}
