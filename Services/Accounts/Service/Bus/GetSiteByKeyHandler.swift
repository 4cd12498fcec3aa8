import Bus
import Contracts
import Storage

/// For the widget's frame page, before anybody is known. What it says is public.
struct GetSiteByKeyHandler: RequestHandler {
    let database: Database

    func answer(_ request: GetSiteByKey, context: RequestContext) async throws -> FoundSite {
        let site = try await SiteRecord.find(request.siteKey, in: database)
        return FoundSite(clientID: site.clientID, site: site.website)
    }
}

extension SiteRecord {
    /// - Throws: ``AccountsError/siteNotFound``.
    static func find(_ siteKey: String, in database: Database) async throws -> SiteRecord {
        guard SiteKey.isPlausible(siteKey) else { throw AccountsError.siteNotFound }
        return try await database.transaction(.none) { transaction in
            let clients = ClientRepository(transaction: transaction)
            guard let clientID = try clients.client(ofSiteKey: siteKey) else { throw AccountsError.siteNotFound }
            try clients.enter(clientID)
            guard let site = try SiteRepository(transaction: transaction, clientID: clientID).find(siteKey: siteKey) else {
                throw AccountsError.siteNotFound
            }
            return site
        }
    }
}
