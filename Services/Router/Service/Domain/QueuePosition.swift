import Contracts
import Foundation

/// A place in the queue's order.
package struct QueuePosition: Sendable, Hashable {
    /// Of a conversation. The database has room for more, numbers of 32 bits.
    static let priorityRange = Int(Int32.min)...Int(Int32.max)

    package let priority: Int
    package let waitingSince: Date
    package let conversation: ConversationID

    init(priority: Int, waitingSince: Date, conversation: ConversationID) {
        self.priority = priority
        self.waitingSince = waitingSince
        self.conversation = conversation
    }

    package init(_ item: WorkItem) {
        self.init(priority: item.priority, waitingSince: item.waitingSince, conversation: item.conversationID)
    }
}
