import Bus
import Contracts
import Foundation
import Hummingbird

/// The company's people and its API keys.
struct UserController {
    /// How people reach this installation; nil: as the request says.
    let publicURL: String?

    var routes: [Route] {
        [
            Route(.get, "/api/users", "listUsers", .administrators) { call in
                try await call.pass(ListUsers(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/users", "createUser", .administrators) { try await create($0) },
            Route(.patch, "/api/users/{id}", "changeUser", .administrators) { try await change($0) },
            Route(.get, "/api/keys", "listKeys", .administrators) { call in
                try await call.pass(ListAPIKeys(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.post, "/api/keys", "createKey", .administrators) { try await createKey($0) },
            Route(.delete, "/api/keys/{id}", "revokeKey", .administrators) { call in
                try await call.done(RevokeAPIKey(principal: call.principal, id: try call.id("key")))
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
        let created = try await call.askForBytes(
            CreateUser(
                principal: call.principal, id: try user.id ?? UserID(call.newID()), email: user.email, name: user.name, role: user.role,
                password: user.password))
        guard case .object(let reply) = try JSON.decode(JSONValue.self, from: created), case .object(var body)? = reply["user"] else {
            throw BusError.malformed("\(CreateUser.subject)")
        }
        if let token = reply["invitation_token"]?.string {
            body["invitation"] = [
                "url": .string("\(call.origin(publicURL))/invitation#\(token)"), "expires_at": reply["invitation_expires_at"] ?? .null,
            ]
        }
        return try .json(JSONValue.object(body), status: .created)
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

    private struct NewKey: Decodable {
        let name: String
    }

    private func createKey(_ call: GatewayCall) async throws -> Response {
        let created = try await call.askForBytes(
            CreateAPIKey(principal: call.principal, id: APIKeyID(try call.newID()), name: try call.decode(NewKey.self).name))
        guard case .object(let reply) = try JSON.decode(JSONValue.self, from: created), case .object(var body)? = reply["summary"] else {
            throw BusError.malformed("\(CreateAPIKey.subject)")
        }
        body["key"] = reply["key"]
        return try .json(JSONValue.object(body), status: .created)
    }
}

extension GatewayCall {
    /// `https://example.org`, without a slash at the end.
    func origin(_ publicURL: String?) -> String {
        if let publicURL { return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL }
        return "\(isSecure ? "https" : "http")://\(request.head.authority ?? "localhost")"
    }
}
