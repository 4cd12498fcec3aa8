/// What those who write in these conversations are called, for lists that others keep: chat owns customers.
/// Conversations of other companies, and unknown ones, are left out.
package struct ListCustomerNames: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = CustomerNames
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-customer-names"
    package static let service = ServiceName.chat
    package static let access = Access.readers
    /// One of the company's people.
    package let principal: Principal
    /// At most as many as a page has: ``Page/limitMax``.
    package let sessionIDs: [ConversationID]

    package init(principal: Principal, sessionIDs: [ConversationID]) {
        self.principal = principal
        self.sessionIDs = sessionIDs
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case sessionIDs = "session_ids"
    }
}
