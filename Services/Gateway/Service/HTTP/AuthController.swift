import Bus
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Signing in and out. Browsers keep the refresh token in a cookie that no script can read; programs get it in the body.
///
/// A token goes back where it came from: a cookie's successor into the cookie, whatever the query says, since a script may ask but must
/// not see it. A token in the body was chosen, a cookie only happened to be sent along: the body wins, and the cookie is left as it is.
struct AuthController {
    /// A browser forgets the refresh cookie after this. The token in it may end earlier, as accounts decides. Seconds.
    static let cookieLifetime = 30 * 86_400
    static let cookieName = "switchboard_refresh"

    /// A browser that has signed in before, for attempts to sign in with it again. Seconds: half a year since the last time.
    static let deviceLifetime = 180 * 86_400
    static let deviceCookieName = "switchboard_device"
    /// Bytes; ours have some 155.
    static let deviceMax = 256

    let limits: RequestLimits

    var routes: [Route] {
        [
            Route(.post, "/api/auth/login", "signIn", .anyone, side: .staff) { try await signIn($0) },
            Route(.post, "/api/auth/refresh", "refreshTokens", .anyone, side: .staff) { try await refresh($0) },
            Route(.post, "/api/auth/logout", "signOut", .anyone, side: .staff) { try await signOut($0) },
            Route(.get, "/api/auth/me", "getMe", GetMe.access) { call in try await call.pass(GetMe(principal: call.principal)) },
            Route(.post, "/api/auth/password", "changePassword", ChangePassword.access) { try await changePassword($0) },
            Route(.post, "/api/auth/invitation", "acceptInvitation", .anyone, side: .staff) { try await acceptInvitation($0) },
            Route(.get, "/.well-known/jwks.json", "getSigningKeys", .anyone) { call in
                let keys = try await call.askForBytes(GetSigningKeys())
                return .json(bytes: keys, headers: [.cacheControl: "public, max-age=30"])
            },
        ]
    }

    struct Credentials: Decodable {
        let email: String
        let password: String
        let client: String?
    }

    private func signIn(_ call: GatewayCall) async throws -> Response {
        let credentials = try call.decode(Credentials.self)
        let device = cookie(Self.deviceCookieName, call).flatMap { $0.utf8.count <= Self.deviceMax ? $0 : nil }
        if device == nil { try limits.admitSignIn(address: call.address, email: credentials.email) }
        let pair = try await call.ask(
            SignIn(
                email: credentials.email, password: credentials.password, client: credentials.client,
                address: AddressGroup.of(call.address), knownBrowser: device, userAgent: call.request.headers[.userAgent]))
        let asCookie = try call.queryWord("cookie", of: ["0", "1"]) == "1"
        return try answer(pair, into: asCookie ? .cookie : .body, call)
    }

    struct Refresh: Decodable {
        let refreshToken: String?
        enum CodingKeys: String, CodingKey { case refreshToken = "refresh_token" }
    }

    private func refresh(_ call: GatewayCall) async throws -> Response {
        guard let (token, place) = try refreshToken(call) else { throw AccountsError.refreshTokenInvalid.problem }
        return try answer(try await call.ask(RefreshTokens(refreshToken: token)), into: place, call)
    }

    private func signOut(_ call: GatewayCall) async throws -> Response {
        let given = try refreshToken(call)
        if let given { _ = try await call.askForBytes(SignOut(refreshToken: given.token)) }
        if given?.place == .body { return Response(status: .noContent) }
        return Response(status: .noContent, headers: [.setCookie: cookie("", lifetime: 0, call)])
    }

    struct NewPassword: Decodable {
        let currentPassword: String
        let newPassword: String
        /// Of the device that stays signed in, where it has no cookie.
        let refreshToken: String?

        enum CodingKeys: String, CodingKey {
            case currentPassword = "current_password"
            case newPassword = "new_password"
            case refreshToken = "refresh_token"
        }
    }

    private func changePassword(_ call: GatewayCall) async throws -> Response {
        let change = try call.decode(NewPassword.self)
        return try await call.done(
            ChangePassword(
                principal: call.principal, currentPassword: change.currentPassword, newPassword: change.newPassword,
                refreshToken: change.refreshToken ?? cookie(Self.cookieName, call)))
    }

    struct Invitation: Decodable {
        let token: String
        let password: String
    }

    private func acceptInvitation(_ call: GatewayCall) async throws -> Response {
        let invitation = try call.decode(Invitation.self)
        return try await call.done(AcceptInvitation(token: invitation.token, password: invitation.password))
    }

    /// Where a refresh token came from, and goes back to.
    private enum Place {
        case body, cookie
    }

    private func refreshToken(_ call: GatewayCall) throws -> (token: String, place: Place)? {
        if call.body.readableBytes > 0, let token = try call.decode(Refresh.self).refreshToken { return (token, .body) }
        return cookie(Self.cookieName, call).map { ($0, .cookie) }
    }

    private func cookie(_ name: String, _ call: GatewayCall) -> String? {
        for pair in (call.request.headers[.cookie] ?? "").split(separator: ";") {
            let pair = pair.trimmingPrefix(" ")
            if pair.hasPrefix(name + "=") { return String(pair.dropFirst(name.count + 1)) }
        }
        return nil
    }

    struct Tokens: Codable {
        let accessToken: String
        let tokenType: String
        let expiresIn: Int
        let refreshToken: String?

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case tokenType = "token_type"
            case expiresIn = "expires_in"
            case refreshToken = "refresh_token"
        }
    }

    private func answer(_ pair: TokenPair, into place: Place, _ call: GatewayCall) throws -> Response {
        var response = try Response.json(
            Tokens(
                accessToken: pair.accessToken, tokenType: pair.tokenType, expiresIn: pair.expiresIn,
                refreshToken: place == .cookie ? nil : pair.refreshToken))
        if place == .cookie {
            response.headers[.setCookie] = cookie(pair.refreshToken, lifetime: Self.cookieLifetime, call)
            if let device = pair.knownBrowser {
                let secure = call.isSecure ? "; Secure" : ""
                response.headers.append(
                    HTTPField(
                        name: .setCookie,
                        value: "\(Self.deviceCookieName)=\(device); Path=/api/auth/login; Max-Age=\(Self.deviceLifetime); HttpOnly; "
                            + "SameSite=Strict\(secure)"))
            }
        }
        return response
    }

    private func cookie(_ value: String, lifetime: Int, _ call: GatewayCall) -> String {
        "\(Self.cookieName)=\(value); Path=/api/auth; Max-Age=\(lifetime); HttpOnly; SameSite=Strict" + (call.isSecure ? "; Secure" : "")
    }
}

extension AuthController.Invitation: Described {
    static let meaning = Meaning(
        "Invitation", .question, "Of an invitation's link, or a reset's: what stands behind the #.",
        fields: [
            Field("token", "What stands behind the `#` of the link."),
            Field("password", "The password from now on."),
        ])
}

extension AuthController.NewPassword: Described {
    static let meaning = Meaning(
        "PasswordChange", .question, "The old password and the new one.",
        fields: [
            Field("current_password", "The password until now."),
            Field("new_password", "The password from now on."),
            Field("refresh_token", "Of the device that stays signed in, where it has no cookie."),
        ])
}

extension AuthController.Refresh: Described {
    static let meaning = Meaning(
        "Refresh", .question, "The token, where no cookie holds it.",
        fields: [
            Field("refresh_token", "The one that was given last.")
        ],
        example: ["refresh_token": "…"])
}

extension AuthController.Credentials: Described {
    static let meaning = Meaning(
        "SignIn", .question, "Who wants in.",
        fields: [
            Field("email", "Whose account.", .format("email")),
            Field("password", "The password."),
            Field("client", "The company's slug, where the e-mail is known to several."),
        ],
        example: ["email": "ana@nordlys.example", "password": "correct horse battery staple"])
}

extension AuthController.Tokens: Described {
    static let meaning = Meaning(
        "Tokens", .answer, "What a sign-in gives.",
        fields: [
            Field("access_token", "Send as `Authorization: Bearer …`."),
            Field("token_type", "Always `Bearer`.", .always("Bearer")),
            Field("expires_in", "Seconds."),
            Field("refresh_token", "Absent where it is in an HttpOnly cookie. Works once."),
        ])
}
