import Bus
import Contracts
import Foundation
import Hummingbird

/// The company's API keys.
struct KeyController {
    var routes: [Route] {
        [
            Route(.get, "/api/keys", "listKeys", ListAPIKeys.access) { call in
                try await call.pass(ListAPIKeys(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/keys", "createKey", CreateAPIKey.access) { try await create($0) },
            Route(.delete, "/api/keys/{id}", "revokeKey", RevokeAPIKey.access) { call in
                try await call.done(RevokeAPIKey(principal: call.principal, id: try call.id("key")))
            },
        ]
    }

    private struct NewKey: Decodable {
        let name: String
        let scopes: [KeyScope]?
        let expiresAt: Date?

        enum CodingKeys: String, CodingKey {
            case name, scopes
            case expiresAt = "expires_at"
        }
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let new = try call.decode(NewKey.self)
        let created = try await call.askForBytes(
            CreateAPIKey(
                principal: call.principal, id: APIKeyID(try call.newID()), name: new.name, scopes: new.scopes, expiresAt: new.expiresAt))
        guard case .object(let reply) = try JSON.decode(JSONValue.self, from: created), case .object(var body)? = reply["summary"] else {
            throw BusError.malformed("\(CreateAPIKey.subject)")
        }
        body["key"] = reply["key"]
        return try .json(JSONValue.object(body), status: .created)
    }
}
