import Bus
import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Signing in and out. Browsers keep the refresh token in a cookie that no script can read; programs get it in the body.
struct AuthController {
    /// A browser forgets the refresh cookie after this. The token in it may end earlier, as accounts decides. Seconds.
    static let cookieLifetime = 30 * 86_400
    static let cookieName = "switchboard_refresh"

    let limits: RequestLimits

    var routes: [Route] {
        [
            Route(.post, "/api/auth/login", "signIn", .anyone) { try await signIn($0) },
            Route(.post, "/api/auth/refresh", "refreshTokens", .anyone) { try await refresh($0) },
            Route(.post, "/api/auth/logout", "signOut", .anyone) { try await signOut($0) },
            Route(.get, "/api/auth/me", "getMe", .staff) { call in try await call.pass(GetMe(principal: call.principal)) },
            Route(.post, "/api/auth/password", "changePassword", .staff) { try await changePassword($0) },
            Route(.post, "/api/auth/invitation", "acceptInvitation", .anyone) { try await acceptInvitation($0) },
            Route(.get, "/.well-known/jwks.json", "getSigningKeys", .anyone) { call in
                let keys = try await call.askForBytes(GetSigningKeys())
                return .json(bytes: keys, headers: [.cacheControl: "public, max-age=30"])
            },
        ]
    }

    private struct Credentials: Decodable {
        let email: String
        let password: String
        let client: String?
    }

    private func signIn(_ call: GatewayCall) async throws -> Response {
        let credentials = try call.decode(Credentials.self)
        try limits.admitSignIn(address: call.address, email: credentials.email)
        let pair = try await call.ask(
            SignIn(email: credentials.email, password: credentials.password, client: credentials.client, address: call.address))
        return try answer(pair, call)
    }

    private struct Refresh: Decodable {
        let refreshToken: String?
        enum CodingKeys: String, CodingKey { case refreshToken = "refresh_token" }
    }

    private func refresh(_ call: GatewayCall) async throws -> Response {
        guard let token = try refreshToken(call) else { throw AccountsError.refreshTokenInvalid.problem }
        return try answer(try await call.ask(RefreshTokens(refreshToken: token)), call)
    }

    private func signOut(_ call: GatewayCall) async throws -> Response {
        if let token = try refreshToken(call) { _ = try await call.askForBytes(SignOut(refreshToken: token)) }
        return Response(status: .noContent, headers: [.setCookie: cookie("", lifetime: 0, call)])
    }

    private struct NewPassword: Decodable {
        let currentPassword: String
        let newPassword: String

        enum CodingKeys: String, CodingKey {
            case currentPassword = "current_password"
            case newPassword = "new_password"
        }
    }

    private func changePassword(_ call: GatewayCall) async throws -> Response {
        let change = try call.decode(NewPassword.self)
        return try await call.done(
            ChangePassword(
                principal: call.principal, currentPassword: change.currentPassword, newPassword: change.newPassword,
                refreshToken: try refreshToken(call)))
    }

    private struct Invitation: Decodable {
        let token: String
        let password: String
    }

    private func acceptInvitation(_ call: GatewayCall) async throws -> Response {
        let invitation = try call.decode(Invitation.self)
        return try await call.done(AcceptInvitation(token: invitation.token, password: invitation.password))
    }

    /// From the body, or from the cookie.
    private func refreshToken(_ call: GatewayCall) throws -> String? {
        if call.body.readableBytes > 0, let token = try call.decode(Refresh.self).refreshToken { return token }
        for pair in (call.request.headers[.cookie] ?? "").split(separator: ";") {
            let pair = pair.trimmingPrefix(" ")
            if pair.hasPrefix(Self.cookieName + "=") { return String(pair.dropFirst(Self.cookieName.count + 1)) }
        }
        return nil
    }

    private struct Tokens: Encodable {
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

    private func answer(_ pair: TokenPair, _ call: GatewayCall) throws -> Response {
        let asCookie = try call.queryWord("cookie", of: ["0", "1"]) == "1"
        var response = try Response.json(
            Tokens(
                accessToken: pair.accessToken, tokenType: pair.tokenType, expiresIn: pair.expiresIn,
                refreshToken: asCookie ? nil : pair.refreshToken))
        if asCookie { response.headers[.setCookie] = cookie(pair.refreshToken, lifetime: Self.cookieLifetime, call) }
        return response
    }

    private func cookie(_ value: String, lifetime: Int, _ call: GatewayCall) -> String {
        "\(Self.cookieName)=\(value); Path=/api/auth; Max-Age=\(lifetime); HttpOnly; SameSite=Strict" + (call.isSecure ? "; Secure" : "")
    }
}
