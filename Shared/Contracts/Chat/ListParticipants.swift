/// Who takes part, with how far each has received and read.
package struct ListParticipants: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Page<Participant>
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.list-participants"
    package static let service = ServiceName.chat
    package static let access = Access.conversationReaders
    package let principal: Principal
    package let sessionID: ConversationID

    package init(principal: Principal, sessionID: ConversationID) {
        self.principal = principal
        self.sessionID = sessionID
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case sessionID = "session_id"
    }
}
