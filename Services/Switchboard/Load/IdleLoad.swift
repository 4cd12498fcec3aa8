import Contracts
import Foundation

/// Many sockets of an agent that only listen: what each costs the gateway, and how long it takes until one message has reached all.
final class IdleLoad {
    struct Plan {
        var connections = 10_000
        var broadcasts = 5
        /// The gateway's, to see its memory; nil: it is not looked at.
        var measuredProcess: pid_t?
    }

    struct Report: Encodable, Sendable {
        let connections: Int
        let bytesPerConnection: Double?
        let residentBytesBefore: Int?
        let residentBytesAfter: Int?
        /// From sending the message until the last socket has it.
        let broadcastMilliseconds: Latencies.Summary

        private enum CodingKeys: String, CodingKey {
            case connections
            case bytesPerConnection = "bytes_per_connection"
            case residentBytesBefore = "resident_bytes_before"
            case residentBytesAfter = "resident_bytes_after"
            case broadcastMilliseconds = "broadcast_ms"
        }
    }

    /// How long a broadcast may take before it counts as failed.
    private static let patienceNanoseconds: UInt64 = 30_000_000_000
    /// How long sockets are silent before the next thing happens.
    private static let quietMilliseconds = 1000

    private let plan: Plan
    private let target: LoadTarget
    private let poll = LoadPoll()
    private let visitorToken: String
    private let session: String

    init(_ plan: Plan, target: LoadTarget, site: String) throws {
        self.plan = plan
        self.target = target
        let visitor = try target.post("/api/v1/widget/visitors", ["site": .string(site)])
        guard let token = visitor["token"]?.string else { throw OperatorError("The gateway gave a visitor no token.") }
        visitorToken = token
        let opened = try target.post("/api/v1/chat/sessions", ["message": ["text": "hello"]], token: token)
        guard let id = opened["id"]?.string else { throw OperatorError("The gateway opened no conversation.") }
        session = id
    }

    func run(agentToken: String, progress: Progress) throws -> Report {
        let before = try plan.measuredProcess.map { try ProcessCost.residentBytes(of: $0) }
        for index in 1...plan.connections {
            poll.add(try target.openSocket("/api/v1/realtime", token: agentToken))
            if index.isMultiple(of: 1000) {
                progress.step("\(index) sockets are open")
                try hear(for: 0) { _ in }
            }
        }
        while try hear(for: Self.quietMilliseconds, { _ in }) {}
        let after = try plan.measuredProcess.map { try ProcessCost.residentBytes(of: $0) }
        var times = Latencies()
        for number in 1...plan.broadcasts {
            var missing = plan.connections
            let start = monotonicNanoseconds()
            _ = try target.post(
                "/api/v1/chat/messages", ["session_id": .string(session), "text": .string("broadcast \(number)")], token: visitorToken)
            while missing > 0 {
                try hear(for: 100) { frame in
                    if frame.starts(with: Self.message) { missing -= 1 }
                }
                guard monotonicNanoseconds() - start < Self.patienceNanoseconds else {
                    throw OperatorError("\(missing) sockets did not hear a message.")
                }
            }
            times.record(monotonicNanoseconds() - start)
            while try hear(for: Self.quietMilliseconds, { _ in }) {}
        }
        var each: Double?
        if let before, let after { each = Double(after - before) / Double(plan.connections) }
        return Report(
            connections: plan.connections, bytesPerConnection: each, residentBytesBefore: before, residentBytesAfter: after,
            broadcastMilliseconds: times.summary)
    }

    private static let message = Array(#"{"type":"message","#.utf8)

    /// - Returns: whether anything was heard.
    @discardableResult
    private func hear(for milliseconds: Int, _ heard: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        let connections = poll.wait(milliseconds)
        for connection in connections {
            try connection.receive(heard)
            if connection.hasOutput { try connection.flush() }
        }
        return !connections.isEmpty
    }
}
