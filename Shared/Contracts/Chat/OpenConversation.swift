/// Opens a conversation and puts it into the queue at once. A customer with an open one gets that, and the message is appended to it.
package struct OpenConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = OpenedConversation
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.open-conversation"
    package static let service = ServiceName.chat
    package static let access = Access.conversationWriters
    package static let keepsReply = false
    package let principal: Principal
    /// Who opens it and speaks first, where that is not who asks: as in ``AppendMessage/author``; a customer is then the one of ``customer``.
    package let author: Author?
    /// Made by the client, so that a retry opens no second one.
    package let id: ConversationID
    package let channel: Channel
    /// The company's account on the channel; nil for the website.
    package let accountID: AccountID?
    package let subject: String?
    package let priority: Int?
    package let roomID: RoomID?
    package let metadata: [String: JSONValue]
    package let page: PageVisit?
    package let locale: String?
    package let message: MessageDraft?
    package let customer: NewCustomer?

    package init(
        principal: Principal, author: Author? = nil, id: ConversationID, channel: Channel, accountID: AccountID? = nil,
        subject: String? = nil, priority: Int? = nil, roomID: RoomID? = nil,
        metadata: [String: JSONValue] = [:], page: PageVisit? = nil, locale: String? = nil, message: MessageDraft? = nil,
        customer: NewCustomer? = nil
    ) {
        self.principal = principal
        self.author = author
        self.id = id
        self.channel = channel
        self.accountID = accountID
        self.subject = subject
        self.priority = priority
        self.roomID = roomID
        self.metadata = metadata
        self.page = page
        self.locale = locale
        self.message = message
        self.customer = customer
    }

    private enum CodingKeys: String, CodingKey {
        case principal, author, id, channel, subject, priority, metadata, page, locale, message, customer
        case accountID = "account_id"
        case roomID = "room_id"
    }
}
