import Bus
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Makes a visitor of whoever opens the widget, or recognises the one that was here before.
struct VisitorController {
    /// How long the answer may be held up for whether anybody is there.
    static let availabilityPatience = Duration.milliseconds(500)
    /// How long the answer may be held up for keeping what the website vouches for.
    static let identityPatience = Duration.seconds(2)

    let limits: RequestLimits

    var routes: [Route] {
        [
            Route(.post, "/api/v1/widget/visitors", "openVisitor", .anyone, side: .widget) { try await open($0) },
            Route(.delete, "/api/v1/widget/visitors/me", "forgetVisitor", ForgetVisitor.access, side: .widget) { try await forget($0) },
        ]
    }

    struct Opening: Decodable {
        let site: String
        let token: String?
        let identity: VisitorIdentity?
        let parentOrigin: String?

        enum CodingKeys: String, CodingKey {
            case site, token, identity
            case parentOrigin = "parent_origin"
        }
    }

    struct Opened: Codable {
        struct Visitor: Codable {
            let id: CustomerID
        }

        struct OfficeHours: Codable {
            let isOpen: Bool
            let changesAt: Date?

            enum CodingKeys: String, CodingKey {
                case isOpen = "is_open"
                case changesAt = "changes_at"
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(isOpen, forKey: .isOpen)
                try container.encode(changesAt, forKey: .changesAt)
            }
        }

        struct Settings: Codable {
            let name: String
            let greeting: String
            let theme: [String: JSONValue]
            let localeDefault: String?
            let requireEmailWhenOffline: Bool
            let online: Bool
            let officeHours: OfficeHours?
            let typicalReplySeconds: Int?

            enum CodingKeys: String, CodingKey {
                case name, greeting, theme, online
                case localeDefault = "locale_default"
                case requireEmailWhenOffline = "require_email_when_offline"
                case officeHours = "office_hours"
                case typicalReplySeconds = "typical_reply_seconds"
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(name, forKey: .name)
                try container.encode(greeting, forKey: .greeting)
                try container.encode(theme, forKey: .theme)
                try container.encode(localeDefault, forKey: .localeDefault)
                try container.encode(requireEmailWhenOffline, forKey: .requireEmailWhenOffline)
                try container.encode(online, forKey: .online)
                try container.encode(officeHours, forKey: .officeHours)
                try container.encode(typicalReplySeconds, forKey: .typicalReplySeconds)
            }
        }

        let token: String
        let expiresIn: Int
        let visitor: Visitor
        let openSessionID: ConversationID?
        let settings: Settings

        enum CodingKeys: String, CodingKey {
            case token, visitor, settings
            case expiresIn = "expires_in"
            case openSessionID = "open_session_id"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(token, forKey: .token)
            try container.encode(expiresIn, forKey: .expiresIn)
            try container.encode(visitor, forKey: .visitor)
            try container.encode(openSessionID, forKey: .openSessionID)
            try container.encode(settings, forKey: .settings)
        }
    }

    private func open(_ call: GatewayCall) async throws -> Response {
        let opening = try call.decode(Opening.self)
        var fields: HTTPFields = [:]
        if opening.token == nil { fields = try admit(opening, call) }
        let issued = try await call.ask(
            IssueVisitorToken(
                site: opening.site, token: opening.token, identity: opening.identity, origin: foreignOrigin(opening.parentOrigin, call)))
        // Who brought a token and got another one is new, or was renewed, which happens once a day.
        if let token = opening.token, issued.token != token { fields = try admit(opening, call) }
        let principal = Principal(
            clientID: issued.clientID, subject: Identifier(issued.customerID.uuid), role: .customer, name: "")
        async let availability = availability(issued.clientID, call)
        await keepVerified(issued, of: principal, call)
        let found = try await call.bus.request(
            FindOpenConversation(principal: principal), clientID: issued.clientID, budget: call.remaining,
            traceparent: call.trace.description)
        let theme = issued.site.theme
        let now = await availability
        let body = Opened(
            token: issued.token, expiresIn: issued.expiresIn, visitor: .init(id: issued.customerID), openSessionID: found.sessionID,
            settings: Opened.Settings(
                name: issued.site.name, greeting: issued.site.greeting, theme: theme, localeDefault: theme["locale_default"]?.string,
                requireEmailWhenOffline: theme["require_email_when_offline"] != false,
                online: (now?.onlineAgentCount ?? 0) > 0,
                officeHours: issued.openState.map { Opened.OfficeHours(isOpen: $0.isOpen, changesAt: $0.changesAt) },
                typicalReplySeconds: now?.estimatedWaitSeconds))
        var response = try Response.json(body, status: .created)
        for field in fields { response.headers[field.name] = field.value }
        return response
    }

    private func admit(_ opening: Opening, _ call: GatewayCall) throws -> HTTPFields {
        guard opening.site.utf8.count <= SiteCache.keyBytesMax else { throw AccountsError.siteNotFound.problem }
        return try limits.newcomers.admitVisitor(address: call.address, site: opening.site)
    }

    /// "Forget this browser": its tokens, also those renewed since, are refused from now on everywhere.
    private func forget(_ call: GatewayCall) async throws -> Response {
        try await call.done(ForgetVisitor(principal: call.principal, browser: call.caller?.sessionID))
    }

    /// What the website vouches for. The widget opens without it too: an address that chat does not take is no fault of the visitor's,
    /// and one that came to nothing comes again with the next page.
    private func keepVerified(_ issued: VisitorToken, of visitor: Principal, _ call: GatewayCall) async {
        guard issued.verifiedEmail != nil || issued.verifiedPhone != nil else { return }
        do {
            _ = try await call.bus.request(
                UpdateCustomer(
                    principal: visitor, id: issued.customerID, email: issued.verifiedEmail, phone: issued.verifiedPhone,
                    provenance: .verified),
                clientID: issued.clientID, budget: min(Self.identityPatience, call.remaining), traceparent: call.trace.description)
        } catch {
            return
        }
    }

    /// Without an answer the widget says that nobody is there and keeps the message: that is right as long as router is away.
    private func availability(_ clientID: TenantID, _ call: GatewayCall) async -> Availability? {
        do {
            return try await call.bus.request(
                GetAvailability(clientID: clientID), clientID: clientID, budget: min(Self.availabilityPatience, call.remaining),
                traceparent: call.trace.description)
        } catch {
            return nil
        }
    }

    /// Where the widget stands, unless that is this installation itself, which shows its own demo and preview.
    private func foreignOrigin(_ parent: String?, _ call: GatewayCall) -> String? {
        let origin = parent.flatMap { $0.isEmpty ? nil : $0 } ?? call.request.headers[.origin]
        guard let origin, let host = origin.range(of: "://").map({ origin[$0.upperBound...] }) else { return origin }
        return host == call.request.head.authority ?? "" ? nil : origin
    }
}

extension VisitorController.Opening: Described {
    static let meaning = Meaning(
        "NewVisitor", .question, "What the widget knows when it is opened.",
        fields: [
            Field("site", "The public site key."),
            Field("token", "Of an earlier visit: the visitor stays the same."),
            Field(
                "identity",
                "What the site says of a signed-in user. A `jwt` (HS256 with the site's identity secret) names them in `sub`; its `email` and `phone_number` are kept as verified, unless `email_verified` or `phone_number_verified` is false."
            ),
            Field("parent_origin", "Origin of the page that carries the widget."),
        ],
        example: ["site": "pk_8Hd2kqY1"])
}

extension VisitorController.Opened: Described {
    static let meaning = Meaning(
        "Visitor", .answer, "Who the visitor is, and how the widget looks.",
        fields: [
            Field("token", "Send as `Authorization: Bearer …`, and keep it for the next visit."),
            Field("expires_in", "Seconds."),
            Field("visitor", "Who you are here."),
            Field("open_session_id", "The conversation that is open; null: none."),
            Field("settings", "How the widget looks and what it says."),
        ])
}

extension VisitorController.Opened.Visitor: Described {
    static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("id", "The customer.")
        ])
}

extension VisitorController.Opened.Settings: Described {
    static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("name", "The website's."),
            Field("greeting", "What the widget says before anybody has written."),
            Field("theme", "Free; `accent` (a colour) and `position` are known to the widget."),
            Field("locale_default", "Language tag; null: as the browser says."),
            Field("require_email_when_offline", "Whether the widget asks for an address while nobody is there."),
            Field("online", "Whether anybody is there."),
            Field("typical_reply_seconds", "How soon somebody may answer; null where nobody can say."),
            Field(
                "office_hours", "By the company's business hours; null if they are not known. Outside them messages are kept all the same."),
        ])
}

extension VisitorController.Opened.OfficeHours: Described {
    static let meaning = Meaning(
        nil, .answer, "By the company's business hours; null if they are not known. Outside them messages are kept all the same.",
        fields: [
            Field("is_open", "Whether the company is open now."),
            Field("changes_at", "When it closes, or opens again."),
        ])
}
