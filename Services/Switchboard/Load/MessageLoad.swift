import Contracts
import Foundation

/// Visitors write, each on a socket of its own and in a conversation of its own; an agent's inbox hears all of them. A message is
/// done when the visitor has the acknowledgement and the agent has the message.
final class MessageLoad {
    struct Plan {
        var connections = 32
        /// Messages per second over all connections; nil: each visitor writes the next message when the last one is done.
        var rate: Double?
        var warmUpSeconds = 2.0
        var seconds = 10.0
        var textBytes = 100
        /// nil: nobody's CPU time is asked for.
        var measuredProcess: pid_t?
    }

    struct Report: Encodable, Sendable {
        let connections: Int
        let seconds: Double
        let messages: Int
        /// Sent in the measured time and not yet done at the end of it, even after waiting.
        let missing: Int
        let perSecond: Double
        let acknowledgedMilliseconds: Latencies.Summary
        let deliveredMilliseconds: Latencies.Summary
        let cpuSecondsPer1000: [String: Double]?
        let cpuSecondsPer1000Total: Double?
        let generatorCPUSecondsPer1000: Double

        private enum CodingKeys: String, CodingKey {
            case connections, seconds, messages, missing
            case perSecond = "per_second"
            case acknowledgedMilliseconds = "acknowledged_ms"
            case deliveredMilliseconds = "delivered_ms"
            case cpuSecondsPer1000 = "cpu_seconds_per_1000"
            case cpuSecondsPer1000Total = "cpu_seconds_per_1000_total"
            case generatorCPUSecondsPer1000 = "generator_cpu_seconds_per_1000"
        }
    }

    private struct Visitor {
        let connection: LoadConnection
        /// The frame up to the message's id.
        let opening: [UInt8]
        var number = 0
        /// By number: when it was to be sent, and what is still missing of it.
        var outstanding: [Int: (sent: UInt64, isAcknowledged: Bool, isDelivered: Bool)] = [:]
        /// Messages are acknowledged in the order in which they were sent.
        var unacknowledged: [Int] = []
        var isDue = false
    }

    /// How long messages may still come in when no more are sent.
    private static let patienceNanoseconds: UInt64 = 10_000_000_000

    private let plan: Plan
    private let poll = LoadPoll()
    private let inbox: LoadConnection
    private var visitors: [Visitor] = []
    private var byDescriptor: [Int32: Int] = [:]
    private let filler: [UInt8]
    private var acknowledged = Latencies()
    private var delivered = Latencies()
    private var measured: (from: UInt64, to: UInt64) = (.max, .max)
    private var done = 0

    /// Opens everything; sends nothing yet.
    init(_ plan: Plan, target: LoadTarget, site: String, agentToken: String, progress: Progress) throws {
        self.plan = plan
        filler = [UInt8](repeating: UInt8(ascii: "x"), count: plan.textBytes)
        inbox = try target.openSocket("/api/v1/realtime", token: agentToken)
        poll.add(inbox)
        for index in 0..<plan.connections {
            let visitor = try target.post("/api/v1/widget/visitors", ["site": .string(site)])
            guard let token = visitor["token"]?.string else { throw OperatorError("The gateway gave a visitor no token.") }
            let session = try target.post("/api/v1/chat/sessions", ["message": ["text": "hello"]], token: token)
            guard let id = session["id"]?.string ?? session["session"]?["id"]?.string else {
                throw OperatorError("The gateway opened no conversation.")
            }
            let connection = try target.openSocket("/api/v1/chat/ws/\(id)?after=0", token: token)
            poll.add(connection)
            byDescriptor[connection.descriptor] = index
            visitors.append(
                Visitor(connection: connection, opening: Array(#"{"type":"send","session_id":"\#(id)","id":""#.utf8)))
        }
        progress.step("\(plan.connections) visitors and an inbox are connected")
    }

    func run(progress: Progress) throws -> Report {
        let start = monotonicNanoseconds()
        measured.from = start + UInt64(plan.warmUpSeconds * 1e9)
        measured.to = measured.from + UInt64(plan.seconds * 1e9)
        var before: ProcessCost?
        var ownBefore = 0.0
        var isWarm = false
        var nextDue = start
        let interval = plan.rate.map { UInt64(1e9 / $0) }
        var turn = 0
        if interval == nil { for index in visitors.indices { try send(index, at: start) } }
        var now = start
        while now < measured.to {
            if !isWarm, now >= measured.from {
                isWarm = true
                before = try plan.measuredProcess.map { try ProcessCost(of: $0) }
                ownBefore = Self.ownSeconds()
                progress.step("Warm; measuring for \(plan.seconds) s")
            }
            var timeout = Int((measured.to - now) / 1_000_000) + 1
            if let interval {
                // Counted from when it should have been sent: a stalled sender does not hide a stall.
                while nextDue <= now {
                    try send(turn % visitors.count, at: nextDue)
                    turn += 1
                    nextDue += interval
                }
                timeout = min(timeout, max(0, Int((nextDue - now) / 1_000_000)))
            }
            if now < measured.from { timeout = min(timeout, Int((measured.from - now) / 1_000_000) + 1) }
            try hear(poll.wait(timeout), goesOn: interval == nil)
            now = monotonicNanoseconds()
        }
        let after = try plan.measuredProcess.map { try ProcessCost(of: $0) }
        let own = Self.ownSeconds() - ownBefore
        let count = done
        let patience = now + Self.patienceNanoseconds
        while visitors.contains(where: { !$0.outstanding.isEmpty }), monotonicNanoseconds() < patience {
            try hear(poll.wait(100), goesOn: false)
        }
        let thousands = Double(max(1, count)) / 1000
        let cost = before.flatMap { before in after?.since(before).mapValues { $0 / thousands } }
        return Report(
            connections: plan.connections, seconds: plan.seconds, messages: count,
            missing: visitors.reduce(0) { $0 + $1.outstanding.count }, perSecond: Double(count) / plan.seconds,
            acknowledgedMilliseconds: acknowledged.summary, deliveredMilliseconds: delivered.summary, cpuSecondsPer1000: cost,
            cpuSecondsPer1000Total: cost.map { $0.values.reduce(0, +) }, generatorCPUSecondsPer1000: own / thousands)
    }

    private func send(_ index: Int, at time: UInt64) throws {
        let number = visitors[index].number
        visitors[index].number += 1
        visitors[index].outstanding[number] = (time, false, false)
        visitors[index].unacknowledged.append(number)
        var frame = visitors[index].opening
        frame.append(contentsOf: MessageID.new().description.utf8)
        // The text says whose it is, so that the inbox need not decode it.
        let mark = #"","text":"load \#(index) \#(number) "#
        frame.append(contentsOf: mark.utf8)
        frame.append(contentsOf: filler.dropFirst(mark.utf8.count - 10))
        frame.append(contentsOf: #""}"#.utf8)
        try visitors[index].connection.sendText(frame)
    }

    private func hear(_ connections: [LoadConnection], goesOn: Bool) throws {
        var ready: [Int] = []
        for connection in connections {
            if connection.hasOutput { try connection.flush() }
            if let index = byDescriptor[connection.descriptor] {
                try connection.receive { frame in
                    if frame.starts(with: Self.acknowledgement), let number = visitors[index].unacknowledged.first {
                        visitors[index].unacknowledged.removeFirst()
                        if settle(index, number, isAcknowledgement: true) { ready.append(index) }
                    } else if frame.starts(with: Self.error) {
                        throw OperatorError("A message was refused: \(String(decoding: frame, as: UTF8.self))")
                    }
                }
            } else {
                try connection.receive { frame in
                    guard frame.starts(with: Self.message), let (index, number) = Self.mark(in: frame), visitors.indices.contains(index)
                    else { return }
                    if settle(index, number, isAcknowledgement: false) { ready.append(index) }
                }
            }
        }
        if goesOn {
            let now = monotonicNanoseconds()
            for index in ready { try send(index, at: now) }
        }
    }

    /// - Returns: whether the message is done.
    private func settle(_ index: Int, _ number: Int, isAcknowledgement: Bool) -> Bool {
        guard var message = visitors[index].outstanding[number] else { return false }
        let now = monotonicNanoseconds()
        let counts = message.sent >= measured.from && message.sent < measured.to
        if isAcknowledgement {
            message.isAcknowledged = true
            if counts { acknowledged.record(now - message.sent) }
        } else if !message.isDelivered {
            message.isDelivered = true
            if counts { delivered.record(now - message.sent) }
        }
        let isDone = message.isAcknowledged && message.isDelivered
        visitors[index].outstanding[number] = isDone ? nil : message
        if isDone, now >= measured.from, now < measured.to { done += 1 }
        return isDone
    }

    private static let acknowledgement = Array(#"{"type":"ack""#.utf8)
    private static let error = Array(#"{"type":"error""#.utf8)
    private static let message = Array(#"{"type":"message","#.utf8)
    private static let text = Array(#""text":"load "#.utf8)

    /// - Returns: visitor and number that the text of a message names.
    private static func mark(in frame: UnsafeRawBufferPointer) -> (Int, Int)? {
        guard let found = (0..<max(0, frame.count - text.count)).first(where: { frame[$0...].starts(with: text) }) else { return nil }
        var offset = found + text.count
        func number() -> Int? {
            var value: Int?
            while offset < frame.count, (48...57).contains(frame[offset]) {
                value = (value ?? 0) * 10 + Int(frame[offset] - 48)
                offset += 1
            }
            offset += 1
            return value
        }
        guard let index = number(), let count = number() else { return nil }
        return (index, count)
    }

    private static func ownSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let micros = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + micros / 1e6
    }
}
