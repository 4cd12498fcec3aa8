/// Where an inbound message stands; `isRepeat` when it had been received before.
package struct ReceivedInbound: Codable, Sendable, Equatable {
    package let conversationID: ConversationID
    package let messageID: MessageID
    package let customerID: CustomerID
    package let isRepeat: Bool

    package init(conversationID: ConversationID, messageID: MessageID, customerID: CustomerID, isRepeat: Bool) {
        self.conversationID = conversationID
        self.messageID = messageID
        self.customerID = customerID
        self.isRepeat = isRepeat
    }

    private enum CodingKeys: String, CodingKey {
        case conversationID = "conversation_id"
        case messageID = "message_id"
        case customerID = "customer_id"
        case isRepeat = "is_repeat"
    }
}
