import Bus
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Makes a visitor of whoever opens the widget, or recognises the one that was here before.
struct VisitorController {
    /// How long the answer may be held up for whether anybody is there.
    static let availabilityPatience = Duration.milliseconds(500)

    var routes: [Route] {
        [Route(.post, "/api/v1/widget/visitors", "openVisitor", .anyone) { try await open($0) }]
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
        let issued = try await call.ask(
            IssueVisitorToken(
                site: opening.site, token: opening.token, identity: opening.identity, origin: foreignOrigin(opening.parentOrigin, call)))
        let principal = Principal(
            clientID: issued.clientID, subject: Identifier(issued.customerID.uuid), role: .customer, name: "")
        async let availability = availability(issued.clientID, call)
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
        return try .json(body, status: .created)
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
