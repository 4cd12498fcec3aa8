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

    private struct Opening: Decodable {
        let site: String
        let token: String?
        let identity: VisitorIdentity?
        let parentOrigin: String?

        enum CodingKeys: String, CodingKey {
            case site, token, identity
            case parentOrigin = "parent_origin"
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
        let body: JSONValue = [
            "token": .string(issued.token), "expires_in": .integer(Int64(issued.expiresIn)),
            "visitor": ["id": .string(issued.customerID.description)],
            "open_session_id": found.sessionID.map { .string($0.description) } ?? .null,
            "settings": [
                "name": .string(issued.site.name), "greeting": .string(issued.site.greeting), "theme": .object(theme),
                "locale_default": theme["locale_default"] ?? .null,
                "require_email_when_offline": theme["require_email_when_offline"] ?? true,
                "online": .bool((now?.onlineAgentCount ?? 0) > 0),
                "office_hours": Self.officeHours(issued.openState),
                "typical_reply_seconds": now?.estimatedWaitSeconds.map { .integer(Int64($0)) } ?? .null,
            ],
        ]
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

    private static func officeHours(_ state: OpenState?) -> JSONValue {
        guard let state else { return .null }
        let changesAt: JSONValue = if let time = state.changesAt { .string(Timestamp.text(time)) } else { .null }
        return ["is_open": .bool(state.isOpen), "changes_at": changesAt]
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
