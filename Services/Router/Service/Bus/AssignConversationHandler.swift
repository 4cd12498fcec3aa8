import Bus
import Contracts
import Foundation
import Storage

/// Taken by an agent, given by a supervisor, passed on by whoever holds it. The same agent again gets the assignment that stands.
struct AssignConversationHandler: RequestHandler {
    /// Words that say how it came about and no more.
    private static let words: Set<String> = ["", "taken", "assigned", "transferred", "routed", "returned"]

    let desk: RoutingDesk

    func answer(_ request: AssignConversation, context: RequestContext) async throws -> Assignment {
        let principal = request.principal
        let note = try Self.note(request.reason)
        let target = request.agentID ?? principal.subject
        let needs = QueueTurn.Needs(
            tenant: principal.clientID, conversations: [request.sessionID], agents: [target], traceparent: context.traceparent)
        return try await desk.turn(needs) { turn in
            try turn.assign(request.sessionID, to: target, note: note, by: principal)
        }
    }

    /// - Returns: what is more than a word of ours.
    static func note(_ reason: String) throws -> String? {
        try TextRule.note.check(reason, "reason")
        return words.contains(reason) ? nil : reason
    }
}
