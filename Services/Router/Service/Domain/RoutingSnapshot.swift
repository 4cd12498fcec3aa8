import Contracts
import Crypto
import Foundation

/// The candidates of one sector at one moment, with a digest that says the same for ever.
package struct RoutingSnapshot: Sendable {
    /// First byte of every leaf; raised when the canonical form changes.
    private static let formatVersion: UInt8 = 1

    /// Ascending by id.
    package private(set) var candidates: [Candidate]
    /// SHA-256 of each candidate's canonical form, so that one change costs one hash and not all of them.
    private var leaves: [[UInt8]]

    package init(_ candidates: [Candidate]) {
        self.candidates = candidates.sorted { $0.id < $1.id }
        leaves = self.candidates.map(Self.leaf)
    }

    package func candidate(_ id: AgentID) -> Candidate? { index(of: id).map { candidates[$0] } }

    /// With the candidate as it is now, in place of an older state of it, or as one more.
    package func with(_ candidate: Candidate) -> RoutingSnapshot {
        var copy = self
        copy.put(candidate)
        return copy
    }

    package mutating func put(_ candidate: Candidate) {
        let index = insertionIndex(of: candidate.id)
        if index < candidates.count, candidates[index].id == candidate.id {
            candidates[index] = candidate
            leaves[index] = Self.leaf(candidate)
        } else {
            candidates.insert(candidate, at: index)
            leaves.insert(Self.leaf(candidate), at: index)
        }
    }

    /// SHA-256 of the leaves in the order of ids, hexadecimal.
    package var digest: String {
        var hash = SHA256()
        for leaf in leaves { hash.update(data: leaf) }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private func index(of id: AgentID) -> Int? {
        let index = insertionIndex(of: id)
        return index < candidates.count && candidates[index].id == id ? index : nil
    }

    private func insertionIndex(of id: AgentID) -> Int {
        var low = 0
        var high = candidates.count
        while low < high {
            let middle = (low + high) / 2
            if candidates[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Big-endian integers, bit patterns of doubles, texts and lists preceded by their count, a flag before what may be absent.
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
        if let lastAssignedAt = candidate.lastAssignedAt { add(Microseconds.count(lastAssignedAt)) }
        let capabilities = candidate.capabilities.sorted { ($0.name, $0.level) < ($1.name, $1.level) }
        add(Int64(capabilities.count))
        for capability in capabilities {
            add(capability.name)
            add(Int64(capability.level))
        }
        return Array(SHA256.hash(data: bytes))
    }
}
