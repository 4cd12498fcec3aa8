import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceKit

/// What sockets need of the rest: the bus, the limits, the counters.
struct SocketServices: Sendable {
    /// For one request of a socket.
    static let budget = Duration.seconds(5)

    let bus: any Bus
    let hub: SocketHub
    let followers: [LiveFollower]
    let limits: SocketLimits
    let requestLimits: RequestLimits
    let endings: AccessEndings
    let logger: Logger

    var counters: SocketCounters { hub.counters }
    var presence: SocketPresence { hub.presence }

    /// Waits until what a conversation's frames come from is followed: without it the end of its history would have a gap behind it.
    /// - Throws: ``BusError/unavailable(retryAfter:)`` if its service is away for longer than ``SocketLimits/followingPatience``.
    func waitForConversations() async throws {
        for follower in followers where follower.stream == .chat {
            guard await follower.waitUntilLive(within: limits.followingPatience) else {
                throw BusError.unavailable(retryAfter: .seconds(2))
            }
        }
    }

    /// Waits for all streams, each not longer than ``SocketLimits/followingPatience``.
    /// - Returns: those whose service is away: what comes from them is stale.
    func waitForStreams() async -> [LiveFollower] {
        await withTaskGroup { group in
            for follower in followers {
                group.addTask { await follower.waitUntilLive(within: limits.followingPatience) ? nil : follower }
            }
            return await group.reduce(into: []) { stale, follower in if let follower { stale.append(follower) } }
        }
    }

    /// - Returns: the data of the `ack` frame: the message is committed.
    func append(_ message: AppendMessage, trace: TraceContext) async throws -> JSONValue {
        let reply = try await ask(message, trace: trace)
        guard let stored = AppendedMessageBytes(reply) else { throw BusError.malformed("\(AppendMessage.subject)") }
        return [
            "id": .string(message.id.description), "session_id": .string(message.sessionID.description),
            "sequence": .integer(stored.sequence), "repeat": .bool(stored.isRepeat),
        ]
    }

    func history(_ question: ReadEntries, trace: TraceContext) async throws -> ConversationEntries {
        try JSON.decode(ConversationEntries.self, from: try await ask(question, trace: trace))
    }

    /// For what may be lost: nobody waits for the answer, and a refusal changes nothing for the client.
    func tell(_ question: some BusRequest & AskedByPrincipal, trace: TraceContext) async {
        do {
            _ = try await ask(question, trace: trace, budget: .seconds(2))
        } catch {
            logger.debug("a report was not taken", metadata: ["subject": "\(type(of: question).subject)", "error": "\(error)"])
        }
    }

    func problem(_ error: any Error) -> Problem {
        Problem(error) {
            let incident = UUID.version7().lowercased
            logger.error(
                "a socket's request failed", metadata: ["incident": "\(incident)", "error": "\(String(reflecting: type(of: error)))"])
            return incident
        }
    }

    private func ask(
        _ question: some BusRequest & AskedByPrincipal, trace: TraceContext, budget: Duration = budget
    ) async throws -> [UInt8] {
        try await bus.requestBytes(
            question, to: type(of: question).service, clientID: question.principal.clientID, budget: budget,
            traceparent: trace.child().description)
    }
}

/// The parts of an ``AppendedMessage`` that the edge needs, read without decoding the message.
struct AppendedMessageBytes {
    let message: ArraySlice<UInt8>
    let isRepeat: Bool

    init?(_ reply: [UInt8]) {
        guard let members = JSONMembers(reply), let message = members.ranges["message"], let isRepeat = members.ranges["is_repeat"] else {
            return nil
        }
        self.message = reply[message]
        self.isRepeat = reply[isRepeat].elementsEqual("true".utf8)
    }

    var sequence: Int64 {
        let bytes = Array(message)
        guard let range = JSONMembers(bytes)?.ranges["sequence"] else { return 0 }
        return Int64(String(decoding: bytes[range], as: UTF8.self)) ?? 0
    }
}
