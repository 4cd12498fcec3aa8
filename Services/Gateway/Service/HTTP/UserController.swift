import Bus
import Contracts
import Foundation
import Hummingbird

/// The company's people: who they are, how they get in, where they are signed in.
struct UserController {
    /// How people reach this installation; nil: as the request says.
    let publicURL: String?

    var routes: [Route] {
        [
            Route(.get, "/api/users", "listUsers", ListUsers.access) { call in
                try await call.pass(ListUsers(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/users", "createUser", CreateUser.access) { try await create($0) },
            Route(.patch, "/api/users/{id}", "changeUser", UpdateUser.access) { try await change($0) },
            Route(.post, "/api/users/{id}/invitation", "resendInvitation", ResendInvitation.access) { call in
                try call.expectNoMembers()
                let link = try await call.ask(
                    ResendInvitation(principal: call.principal, userID: try call.id("user"), order: Identifier(try call.newID())))
                return try answer(link, call)
            },
            Route(.post, "/api/users/{id}/reset", "resetPassword", ResetPassword.access) { call in
                try call.expectNoMembers()
                let link = try await call.ask(
                    ResetPassword(principal: call.principal, userID: try call.id("user"), order: Identifier(try call.newID())))
                return try answer(link, call)
            },
            Route(.get, "/api/users/{id}/sessions", "listSignIns", ListSignIns.access) { call in
                try await call.pass(ListSignIns(principal: call.principal, userID: try call.id("user")))
            },
            Route(.delete, "/api/users/{id}/sessions", "endSignIns", EndSignIns.access) { call in
                try await call.done(EndSignIns(principal: call.principal, userID: try call.id("user")))
            },
            Route(.delete, "/api/users/{id}/sessions/{session_id}", "endSignIn", EndSignIns.access) { call in
                try await call.done(
                    EndSignIns(principal: call.principal, userID: try call.id("user"), signInID: try call.id("session", at: "session_id")))
            },
        ]
    }

    private static let roles = ["admin", "supervisor", "agent", "viewer"]

    private struct NewUser: Decodable {
        let id: UserID?
        let email: String
        let name: String
        let role: Role
        let password: String?
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let user = try call.decode(NewUser.self)
        try check(user.role)
        let id = try user.id ?? UserID(call.newID())
        let created = try await call.askForBytes(
            CreateUser(
                principal: call.principal, id: id, email: user.email, name: user.name, role: user.role, password: user.password))
        guard case .object(let reply) = try JSON.decode(JSONValue.self, from: created), case .object(var body)? = reply["user"] else {
            throw BusError.malformed("\(CreateUser.subject)")
        }
        if let token = reply["invitation_token"]?.string {
            body["invitation"] = [
                "url": .string("\(call.origin(publicURL))\(OneTimeLink.Purpose.invitation.page)#\(token)"),
                "expires_at": reply["invitation_expires_at"] ?? .null,
            ]
        }
        // Who was invited before keeps the id of then.
        let isNew = body["id"]?.string == id.description
        return try .json(JSONValue.object(body), status: isNew ? .created : .ok)
    }

    private struct Link: Encodable {
        let user: UserAccount
        let url: String
        let expiresAt: Date

        enum CodingKeys: String, CodingKey {
            case user, url
            case expiresAt = "expires_at"
        }
    }

    private func answer(_ link: OneTimeLink, _ call: GatewayCall) throws -> Response {
        try .json(
            Link(user: link.user, url: "\(call.origin(publicURL))\(link.purpose.page)#\(link.token)", expiresAt: link.expiresAt),
            status: .created)
    }

    private struct Change: Decodable {
        let name: String?
        let role: Role?
        let disabled: Bool?
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: UserID = try call.id("user")
        let change = try call.decode(Change.self)
        if let role = change.role { try check(role) }
        return try await call.pass(
            UpdateUser(principal: call.principal, id: id, name: change.name, role: change.role, disabled: change.disabled))
    }

    private func check(_ role: Role) throws {
        guard Role.staff.contains(role) else { throw Problem.body("role", "is none of \(Self.roles.joined(separator: ", "))") }
    }
}

extension GatewayCall {
    /// `https://example.org`, without a slash at the end.
    func origin(_ publicURL: String?) -> String {
        if let publicURL { return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL }
        return "\(isSecure ? "https" : "http")://\(request.head.authority ?? "localhost")"
    }
}

extension OneTimeLink.Purpose {
    /// The page on which its link is opened. The token stands behind `#`, which browsers send nowhere.
    package var page: String {
        switch self {
        case .invitation: "/invitation"
        case .reset: "/reset"
        }
    }
}
