import Contracts
import Foundation
import Hummingbird

/// The company's websites that carry the widget.
struct SiteController {
    var routes: [Route] {
        [
            Route(.get, "/api/settings/sites", "listSites", ListSites.access) { call in
                try await call.pass(ListSites(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/settings/sites", "createSite", SaveSite.access) { try await create($0) },
            Route(.get, "/api/settings/sites/{id}", "getSite", GetSite.access) { call in
                try await call.pass(GetSite(principal: call.principal, id: try site(call)))
            },
            Route(.patch, "/api/settings/sites/{id}", "changeSite", SaveSite.access) { try await change($0) },
            Route(.post, "/api/settings/sites/{id}/identity-secret", "rotateIdentitySecret", RotateIdentitySecret.access) { call in
                try call.expectNoMembers()
                return try await call.pass(RotateIdentitySecret(principal: call.principal, id: try site(call)))
            },
        ]
    }

    private func site(_ call: GatewayCall) throws -> SiteID { try call.id("site") }

    struct NewSite: Decodable {
        let id: SiteID?
        let name: String
        let allowedOrigins: [String]?
        let theme: [String: JSONValue]?
        let greeting: String?

        enum CodingKeys: String, CodingKey {
            case id, name, theme, greeting
            case allowedOrigins = "allowed_origins"
        }
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let new = try call.decode(NewSite.self)
        return try await call.pass(
            SaveSite(
                principal: call.principal, id: try new.id ?? SiteID(call.newID()), isNew: true, name: new.name,
                allowedOrigins: new.allowedOrigins, theme: new.theme, greeting: new.greeting),
            status: .created)
    }

    struct Change: Decodable {
        let name: String?
        let allowedOrigins: [String]?
        let theme: [String: JSONValue]?
        let greeting: String?

        enum CodingKeys: String, CodingKey {
            case name, theme, greeting
            case allowedOrigins = "allowed_origins"
        }
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id = try site(call)
        let change = try call.decode(Change.self)
        return try await call.pass(
            SaveSite(
                principal: call.principal, id: id, isNew: false, name: change.name, allowedOrigins: change.allowedOrigins,
                theme: change.theme, greeting: change.greeting))
    }
}

extension SiteController.NewSite: Described {
    static let meaning = Meaning(
        "NewSite", .question, "A new website.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("name", "What people call it.", .length(1, 200)),
            Field("allowed_origins", "Origins of the pages that may show the widget, such as `https://www.example.com`."),
            Field("theme", "Free; `accent` (a colour) and `position` are known to the widget."),
            Field("greeting", "What the widget says before anybody has written.", .length(1000)),
        ],
        example: ["name": "Nordlys shop", "allowed_origins": ["https://www.nordlys.example"], "greeting": "How can we help?"])
}

extension SiteController.Change: Described {
    static let meaning = Meaning(
        "SiteChange", .question, "Only what is given changes.",
        fields: [
            Field("name", "What people call it.", .length(1, 200)),
            Field("allowed_origins", "Origins of the pages that may show the widget, such as `https://www.example.com`."),
            Field("theme", "Free; `accent` (a colour) and `position` are known to the widget."),
            Field("greeting", "What the widget says before anybody has written.", .length(1000)),
        ],
        example: ["greeting": "Hello!"])
}
