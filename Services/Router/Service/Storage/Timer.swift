import Contracts
import Foundation

/// What is to be looked at when its time has come, whatever happens to the process until then.
struct Timer: Sendable, Hashable {
    enum Kind: String, Sendable {
        /// A queued conversation: its offer ends, or less is asked for.
        case conversation
        /// An agent who went offline with open conversations.
        case agent
    }

    let kind: Kind
    let subject: UUID

    init(_ conversation: ConversationID) {
        kind = .conversation
        subject = conversation.uuid
    }

    init(_ agent: AgentID) {
        kind = .agent
        subject = agent.uuid
    }

    init(kind: Kind, subject: UUID) {
        self.kind = kind
        self.subject = subject
    }
}
