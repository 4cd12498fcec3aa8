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

    struct NewUser: Decodable {
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
        let created = try await call.ask(
            CreateUser(
                principal: call.principal, id: id, email: user.email, name: user.name, role: user.role, password: user.password))
        let invitation = created.invitationToken.map { token in
            Invitation(
                url: "\(call.origin(publicURL))\(OneTimeLink.Purpose.invitation.page)#\(token)", expiresAt: created.invitationExpiresAt)
        }
        // Who was invited before keeps the id of then.
        return try .json(CreatedUser(user: created.user, invitation: invitation), status: created.user.id == id ? .created : .ok)
    }

    struct Invitation: Codable {
        let url: String
        let expiresAt: Date?

        enum CodingKeys: String, CodingKey {
            case url
            case expiresAt = "expires_at"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(url, forKey: .url)
            try container.encode(expiresAt, forKey: .expiresAt)
        }
    }

    /// The user's members, and the link beside them.
    struct CreatedUser: Codable {
        let user: UserAccount
        let invitation: Invitation?

        enum CodingKeys: String, CodingKey {
            case invitation
        }

        init(user: UserAccount, invitation: Invitation?) {
            self.user = user
            self.invitation = invitation
        }

        init(from decoder: any Decoder) throws {
            user = try UserAccount(from: decoder)
            invitation = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Invitation.self, forKey: .invitation)
        }

        func encode(to encoder: any Encoder) throws {
            try user.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(invitation, forKey: .invitation)
        }
    }

    struct Link: Codable {
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

    struct Change: Decodable {
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

extension UserController.CreatedUser: Described {
    static let meaning = Meaning(
        "CreatedUser", .answer,
        fields: UserAccount.meaning.fields + [
            Field("invitation", "Where no password was given: the link on which they choose one.")
        ])
}

extension UserController.Invitation: Described {
    static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("url", "A link that works once.", .format("uri")),
            Field("expires_at", "Until when it works."),
        ])
}

extension UserController.NewUser: Described {
    static let meaning = Meaning(
        "NewUser", .question, "Somebody new.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("email", "What they sign in with.", .format("email")),
            Field("name", "What colleagues and customers see.", .length(1, 200)),
            Field("role", "What they may do.", .words(of: Role.people)),
            Field("password", "Without it the answer carries an invitation."),
        ],
        example: ["email": "bruno@nordlys.example", "name": "Bruno", "role": "agent"])
}

extension UserController.Change: Described {
    static let meaning = Meaning(
        "UserChange", .question, "Only what is given changes.",
        fields: [
            Field("name", "What colleagues and customers see.", .length(1, 200)),
            Field("role", "What they may do.", .words(of: Role.people)),
            Field("disabled", "Disabling ends every sign-in of the user."),
        ],
        example: ["disabled": true])
}

extension UserController.Link: Described {
    static let meaning = Meaning(
        "UserLink", .answer, "A link on which somebody chooses a password. Give it to nobody else.",
        fields: [
            Field("user", "Whose it is."),
            Field("url", "A link that works once.", .format("uri")),
            Field("expires_at", "Until when it works."),
        ])
}
