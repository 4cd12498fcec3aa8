import Contracts
import Foundation

/// What is to be looked at when its time has come, whatever happens to the process until then.
package struct QueueTimer: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// A queued conversation: its offer ends, or less is asked for.
        case conversation
        /// An agent who went offline with open conversations.
        case agent
    }

    package let kind: Kind
    package let subject: UUID

    package init(_ conversation: ConversationID) {
        kind = .conversation
        subject = conversation.uuid
    }

    package init(_ agent: AgentID) {
        kind = .agent
        subject = agent.uuid
    }

    package init(kind: Kind, subject: UUID) {
        self.kind = kind
        self.subject = subject
    }
}
