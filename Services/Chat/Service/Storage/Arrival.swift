import Contracts
import Foundation

/// An inbound message with the place that was found for it: the command's conversation, which is opened if there is none of that id.
struct Arrival: Sendable {
    let request: ReceiveInbound
    let messageID: MessageID
    /// Exists already.
    let customerID: CustomerID
    /// What a conversation that is opened comes after.
    let previousID: ConversationID?

    var author: Author { Author(kind: .customer, id: EntityID(customerID.uuid), name: "") }

    func append(to conversation: ConversationID) -> AppendMessage {
        AppendMessage(
            principal: request.principal, author: author, id: messageID, sessionID: conversation, kind: .message, text: request.text)
    }

    func open(_ conversation: ConversationID) -> OpenConversation {
        OpenConversation(
            principal: request.principal, author: author, id: conversation, channel: request.channel, accountID: request.accountID,
            subject: request.subject, message: MessageDraft(id: messageID, text: request.text))
    }
}
