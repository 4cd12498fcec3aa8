/// Raises the asker's watermarks. A lower value changes nothing.
package struct AdvanceReceipts: BusRequest, AskedByPrincipal, Equatable {
    package typealias Reply = Done
    package typealias Failure = ChatError
    package static let subject: Subject = "chat.advance-receipts"
    package static let service = ServiceName.chat
    package static let access = Access.participants
    package let principal: Principal
    package let sessionID: ConversationID
    package let deliveredThrough: Int64?
    package let readThrough: Int64?

    package init(principal: Principal, sessionID: ConversationID, deliveredThrough: Int64? = nil, readThrough: Int64? = nil) {
        self.principal = principal
        self.sessionID = sessionID
        self.deliveredThrough = deliveredThrough
        self.readThrough = readThrough
    }

    private enum CodingKeys: String, CodingKey {
        case principal
        case sessionID = "session_id"
        case deliveredThrough = "delivered_through"
        case readThrough = "read_through"
    }
}
