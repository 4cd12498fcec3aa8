/// The customer's conversation that is not closed, for a returning visitor.
package struct FindOpenConversation: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = FoundConversation
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.find-open-conversation"
    package static let service = ServiceName.chat
    package static let access = Access.customers
    package let principal: Principal

    package init(principal: Principal) {
        self.principal = principal
    }

    private enum CodingKeys: String, CodingKey {
        case principal
    }
}
