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

    struct NewKey: Decodable {
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
        let created = try await call.ask(
            CreateAPIKey(
                principal: call.principal, id: APIKeyID(try call.newID()), name: new.name, scopes: new.scopes, expiresAt: new.expiresAt))
        return try .json(CreatedKey(summary: created.summary, key: created.key), status: .created)
    }

    /// The key's members, and its secret beside them.
    struct CreatedKey: Codable {
        let summary: APIKeySummary
        let key: String

        enum CodingKeys: String, CodingKey {
            case key
        }

        init(summary: APIKeySummary, key: String) {
            self.summary = summary
            self.key = key
        }

        init(from decoder: any Decoder) throws {
            summary = try APIKeySummary(from: decoder)
            key = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .key)
        }

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(key, forKey: .key)
        }
    }
}

extension KeyController.CreatedKey: Described {
    static let meaning = Meaning(
        "CreatedKey", .answer, "The key, with its secret.",
        fields: APIKeySummary.meaning.fields + [
            Field("key", "The secret, shown this once.")
        ])
}

extension KeyController.NewKey: Described {
    static let meaning = Meaning(
        "NewKey", .question, "A new API key.",
        fields: [
            Field("name", "What it is for.", .length(1, 200)),
            Field("scopes", "Each operation names the one it needs in `x-scope`. Without: everything that a key may.", .count(1)),
            Field("expires_at", "Within ten years. Without: until it is revoked."),
        ],
        example: ["name": "shop back office", "scopes": ["conversations:read"]])
}
