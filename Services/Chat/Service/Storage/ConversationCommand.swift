import Contracts

/// One intended change of one conversation. Commands of a conversation run in the order they came, many in one transaction.
struct ConversationCommand: Sendable {
    enum Order: Sendable {
        /// - Parameter customerID: exists already.
        case open(OpenConversation, customerID: CustomerID)
        /// - Parameter assignment: what the router answered when the writer had to take the conversation first.
        case append(AppendMessage, taking: Assignment?)
        case receive(Arrival)
        case deliver(RecordDelivery)
        case edit(EditMessage)
        case delete(DeleteMessage)
        case change(ChangeConversation)
        case assign(Assignment)
        case unassign(ConversationUnassigned)
        case passTime
    }

    let clientID: TenantID
    let conversationID: ConversationID
    let order: Order
    let traceparent: String?
}

enum ConversationOutcome: Sendable {
    case opened(Session, Message?, isRepeat: Bool)
    case message(Message, isRepeat: Bool)
    case session(Session)
    /// An agent's reply to a conversation nobody holds: take it first.
    case mustTakeFirst
    case refused(ChatError)
}
