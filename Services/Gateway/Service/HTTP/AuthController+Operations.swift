import Contracts

extension AuthController {
    static let operations: [Operation] = [
        Operation(
            "signIn", "Sign-in", "Sign in",
            "A wrong password, an unknown e-mail and a disabled user get the same answer. Failures count by address (of IPv6 its /64) and by address and account; at an account that many fail at, each address has fewer attempts. With `cookie=1` a second cookie remembers the browser: attempts with it are counted by themselves and go first.",
            query: [.word("cookie", "1: the refresh token comes as an HttpOnly cookie instead of in the body.", of: ["0", "1"])],
            takes: AuthController.Credentials.self, answers: [.init(200, "Signed in.", AuthController.Tokens.self)], refusals: [401]),
        Operation(
            "refreshTokens", "Sign-in", "Get the next pair of tokens",
            "A token that comes twice revokes its whole family. A token in the body is answered in the body, a cookie by a cookie only; if both come, the body counts and the cookie stays as it is.",
            query: [.word("cookie", "Says nothing any more: the answer goes where the token came from.", of: ["0", "1"])],
            takes: AuthController.Refresh.self, isBodyOptional: true, answers: [.init(200, "A new pair.", AuthController.Tokens.self)],
            refusals: [401]),
        Operation(
            "signOut", "Sign-in", "Sign out",
            "Ends the sign-in of the token in the body; without one, that of the cookie, which is removed.",
            takes: AuthController.Refresh.self, isBodyOptional: true, answers: [.init(204, "Signed out.")]),
        Operation(
            "getMe", "Sign-in", "Who am I", answers: [.init(200, "You.", SignedInUser.self)]),
        Operation(
            "changePassword", "Sign-in", "Change the own password", takes: AuthController.NewPassword.self,
            answers: [.init(204, "Changed; other sign-ins are ended.")]),
        Operation(
            "acceptInvitation", "Sign-in", "Choose a password by a link", "Of an invitation or a reset; the link works once.",
            takes: AuthController.Invitation.self, answers: [.init(204, "The password is set.")]),
        Operation(
            "getSigningKeys", "Sign-in", "Public keys that tokens are signed with", answers: [.init(200, "The keys.", SigningKeySet.self)]),
    ]
}
