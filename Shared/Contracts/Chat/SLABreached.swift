import Foundation

/// A target's time has passed.
/// - Said by: chat, once for each conversation and measure, a few seconds late at most. Heard by: gateway (frame `sla`).
package struct SLABreached: Event, Equatable {
    package static let subject: Subject = "chat.sla-breached"
    package static let version: UInt16 = 1
    package static let audience = Audience.agents
    package let sessionID: ConversationID
    package let measure: ServiceMeasure
    /// The target's name.
    package let target: String
    package let dueAt: Date
    package let sla: ServiceLevel

    package init(sessionID: ConversationID, measure: ServiceMeasure, target: String, dueAt: Date, sla: ServiceLevel) {
        self.sessionID = sessionID
        self.measure = measure
        self.target = target
        self.dueAt = dueAt
        self.sla = sla
    }

    private enum CodingKeys: String, CodingKey {
        case measure, target, sla
        case sessionID = "session_id"
        case dueAt = "due_at"
    }
}
