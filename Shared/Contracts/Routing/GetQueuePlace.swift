/// Where a conversation stands in the queue.
package struct GetQueuePlace: BusRequest, AskedForTenant, Equatable {
    package typealias Reply = QueueAnswer
    package typealias Failure = RoutingError
    package static let subject: Subject = "router.get-queue-place"
    package static let service = ServiceName.router
    package let clientID: TenantID
    package let sessionID: ConversationID

    package init(clientID: TenantID, sessionID: ConversationID) {
        self.clientID = clientID
        self.sessionID = sessionID
    }

    private enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case sessionID = "session_id"
    }
}
