import Contracts
import Crypto
import Foundation

/// The candidates of one sector or team at one moment, with a digest that says the same for ever.
///
/// A value that is cheap to copy and to change: candidates stand in a fixed number of buckets, so that one change copies and hashes one
/// bucket and not all of them. Of those who cannot have anything, whatever is asked for, it knows how many there are and why, so that a
/// decision looks only at the others, who are open. However it came about, the same candidates make the same snapshot.
package struct RoutingSnapshot: Sendable {
    /// First byte of every leaf; raised when the canonical form of a candidate changes.
    private static let formatVersion: UInt8 = 1
    /// By the last byte of their ids, which is random: some 40 of 10,000 candidates in each.
    private static let bucketCount = 256
    private static let digestLength = 32

    /// Where a candidate stands. Ascending is the order in which refused candidates are kept.
    struct Position: Sendable, Hashable, Comparable {
        let bucket: Int
        let index: Int

        static func < (left: Position, right: Position) -> Bool { (left.bucket, left.index) < (right.bucket, right.index) }
    }

    struct Bucket: Sendable {
        /// Ascending by id.
        fileprivate(set) var candidates: [Candidate] = []
        /// Which of them are open, ascending.
        fileprivate(set) var open: [Int] = []
        /// SHA-256 of each candidate's canonical form, one behind the other.
        fileprivate var leaves: [UInt8] = []
        /// SHA-256 of the leaves.
        fileprivate var digest: [UInt8] = []

        /// - Returns: where it stands or would stand.
        fileprivate func insertionIndex(of id: AgentID) -> Int {
            var (low, high) = (0, candidates.count)
            while low < high {
                let middle = (low + high) / 2
                if candidates[middle].id < id { low = middle + 1 } else { high = middle }
            }
            return low
        }

        fileprivate func index(of id: AgentID) -> Int? {
            let index = insertionIndex(of: id)
            return index < candidates.count && candidates[index].id == id ? index : nil
        }

        fileprivate mutating func settle() {
            open = candidates.indices.filter { candidates[$0].standingRefusal == nil }
            if !leaves.isEmpty { digest = Array(SHA256.hash(data: leaves)) }
        }
    }

    /// Those who are not open, by what they have in common.
    package struct Closed: Sendable, Hashable {
        let sector: String
        let reason: RefusalReason
    }

    private(set) var buckets = [Bucket](repeating: Bucket(), count: bucketCount)
    /// How many of each kind are not open; no kind without any.
    package private(set) var closed: [Closed: Int] = [:]
    package private(set) var count = 0
    /// How many are open.
    package private(set) var openCount = 0
    /// How much more all those who are open may hold together.
    package private(set) var room = 0

    private let isDigested: Bool

    package init() { isDigested = true }

    /// - Parameter digested: false where nobody asks for the digest, which costs more than the rest; it is empty then.
    package init(_ candidates: some Sequence<Candidate>, digested: Bool = true) {
        isDigested = digested
        for candidate in candidates { place(candidate) }
        for index in buckets.indices where !buckets[index].candidates.isEmpty { buckets[index].settle() }
    }

    /// Ascending by id.
    package var candidates: [Candidate] { buckets.flatMap(\.candidates).sorted { $0.id < $1.id } }

    package func candidate(_ id: AgentID) -> Candidate? { position(of: id).map { self[$0] } }

    subscript(position: Position) -> Candidate { buckets[position.bucket].candidates[position.index] }

    func position(of id: AgentID) -> Position? {
        let bucket = Self.bucket(of: id)
        return buckets[bucket].index(of: id).map { Position(bucket: bucket, index: $0) }
    }

    /// With the candidate as it is now, in place of an older state of it, or as one more.
    package func with(_ candidate: Candidate) -> RoutingSnapshot {
        var copy = self
        copy.put(candidate)
        return copy
    }

    package mutating func put(_ candidate: Candidate) {
        place(candidate)
        buckets[Self.bucket(of: candidate.id)].settle()
    }

    package mutating func remove(_ id: AgentID) {
        let bucket = Self.bucket(of: id)
        guard let index = buckets[bucket].index(of: id) else { return }
        tally(buckets[bucket].candidates.remove(at: index), -1)
        if isDigested { buckets[bucket].leaves.removeSubrange(index * Self.digestLength..<(index + 1) * Self.digestLength) }
        buckets[bucket].settle()
    }

    /// SHA-256 over the buckets that hold somebody, each as its number and the SHA-256 of its leaves in the order of ids; hexadecimal.
    package var digest: String {
        guard isDigested else { return "" }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, Self.bucketCount) * (Self.digestLength + 1))
        for (number, bucket) in buckets.enumerated() where !bucket.candidates.isEmpty {
            bytes.append(UInt8(number))
            bytes.append(contentsOf: bucket.digest)
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: SHA256.hash(data: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bucket(of id: AgentID) -> Int { Int(id.uuid.uuid.15) }

    /// All but what ``Bucket/settle()`` does.
    private mutating func place(_ candidate: Candidate) {
        let number = Self.bucket(of: candidate.id)
        let index = buckets[number].insertionIndex(of: candidate.id)
        if index < buckets[number].candidates.count, buckets[number].candidates[index].id == candidate.id {
            tally(buckets[number].candidates[index], -1)
            buckets[number].candidates[index] = candidate
            if isDigested {
                let range = index * Self.digestLength..<(index + 1) * Self.digestLength
                buckets[number].leaves.replaceSubrange(range, with: Self.leaf(candidate))
            }
        } else {
            buckets[number].candidates.insert(candidate, at: index)
            if isDigested { buckets[number].leaves.insert(contentsOf: Self.leaf(candidate), at: index * Self.digestLength) }
        }
        tally(candidate, 1)
    }

    /// - Parameter sign: 1: it is here, -1: no more.
    private mutating func tally(_ candidate: Candidate, _ sign: Int) {
        count += sign
        guard let reason = candidate.standingRefusal else {
            openCount += sign
            room += sign * (candidate.capacity - candidate.load)
            return
        }
        let kind = Closed(sector: candidate.sector, reason: reason)
        let count = closed[kind, default: 0] + sign
        closed[kind] = count == 0 ? nil : count
    }

    /// SHA-256 of big-endian integers, bit patterns of doubles, texts and lists preceded by their count, a flag before what may be absent.
    private static func leaf(_ candidate: Candidate) -> [UInt8] {
        var bytes: [UInt8] = [formatVersion]
        func add(_ value: Int64) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }
        func add(_ text: String) {
            add(Int64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        func add(_ value: Double?) {
            bytes.append(value == nil ? 0 : 1)
            if let value { add(Int64(bitPattern: value.bitPattern)) }
        }
        bytes.append(contentsOf: candidate.id.uuid.bytes)
        add(candidate.name)
        add(candidate.sector)
        add(Int64(candidate.priority))
        add(Int64(candidate.capacity))
        add(Int64(candidate.load))
        add(candidate.successRate)
        add(candidate.meanHandlingSeconds)
        bytes.append(candidate.isActive ? 1 : 0)
        add(candidate.status.rawValue)
        bytes.append(candidate.isPresent ? 1 : 0)
        bytes.append(candidate.lastAssignedAt == nil ? 0 : 1)
        if let lastAssignedAt = candidate.lastAssignedAt { add(lastAssignedAt.microseconds) }
        let capabilities = candidate.capabilities.sorted { ($0.name, $0.level) < ($1.name, $1.level) }
        add(Int64(capabilities.count))
        for capability in capabilities {
            add(capability.name)
            add(Int64(capability.level))
        }
        // Nothing more where there are no limits: those leaves are as they were before channels could have one.
        if !candidate.channelCapacities.isEmpty {
            add("channels")
            add(Int64(candidate.channelCapacities.count))
            for (channel, limit) in candidate.channelCapacities.sorted(by: { $0.key < $1.key }) {
                add(channel)
                add(Int64(limit))
                add(Int64(candidate.channelLoads[channel] ?? 0))
            }
        }
        // Only where the policy learns, so that the digests of others are what they always were.
        for (topic, outcomes) in candidate.outcomes.sorted(by: { $0.key < $1.key }) {
            add(topic)
            add(Int64(outcomes.succeeded))
            add(Int64(outcomes.failed))
        }
        return Array(SHA256.hash(data: bytes))
    }
}
