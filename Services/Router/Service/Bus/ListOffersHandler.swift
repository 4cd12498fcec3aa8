import Bus
import Contracts

/// Everybody's own. At most what an agent may hold, so it is no list of pages.
struct ListOffersHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListOffers, context: RequestContext) async throws -> Offers {
        return Offers(items: try await reader.offers(to: request.principal.subject, of: request.principal.clientID))
    }
}
