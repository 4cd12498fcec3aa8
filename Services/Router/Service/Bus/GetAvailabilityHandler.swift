import Bus
import Contracts

struct GetAvailabilityHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: GetAvailability, context: RequestContext) async throws -> Availability {
        try await reader.availability(of: request.clientID)
    }
}
