import Bus
import Contracts

struct GetQueuePlaceHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetQueuePlace, context: RequestContext) async throws -> QueueAnswer {
        QueueAnswer(place: try await reader.place(of: request.sessionID, tenant: request.clientID))
    }
}
