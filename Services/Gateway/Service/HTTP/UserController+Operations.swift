import Contracts

extension UserController {
    static let operations: [Operation] = [
        Operation(
            "listUsers", "Users and keys", "List users", query: [.limit, .cursor], answers: [.init(200, "Users.", Page<UserAccount>.self)]),
        Operation(
            "createUser", "Users and keys", "Add a user",
            "An address that was invited and has not answered yet is invited again: the user keeps the id, takes the name and role given now, and earlier links end.",
            takes: UserController.NewUser.self,
            answers: [
                .init(200, "Invited again; the user was there.", UserController.CreatedUser.self),
                .init(201, "Added.", UserController.CreatedUser.self),
            ], refusals: [409]),
        Operation(
            "changeUser", "Users and keys", "Change or disable a user",
            "Another role, and disabling, end the user's tokens at once: they are refused with 401, sockets with 4001. Nobody changes their own role or state (409, `own-account`).",
            takes: UserController.Change.self, answers: [.init(200, "Changed.", UserAccount.self)], refusals: [409]),
        Operation(
            "resendInvitation", "Users and keys", "Invite somebody again",
            "A fresh link for somebody who has not chosen a password yet; links given out before end. Without mail whoever asks passes it on.",
            answers: [.init(201, "A link that works once, for seven days.", UserController.Link.self)], refusals: [409]),
        Operation(
            "resetPassword", "Users and keys", "Reset somebody's password",
            "The password stops working at once and every session ends; the link sets another one. One's own password is changed under `/api/auth/password`.",
            answers: [.init(201, "A link that works once, for a day.", UserController.Link.self)], refusals: [409]),
        Operation(
            "listSignIns", "Users and keys", "Where somebody is signed in",
            "The one used last first. Everybody sees their own, administrators everybody's.",
            answers: [.init(200, "Sessions that go on.", Page<SignInSummary>.self)]),
        Operation(
            "endSignIns", "Users and keys", "Sign somebody out everywhere", "Everybody themselves, administrators everybody.",
            answers: [.init(204, "Signed out.")]),
        Operation(
            "endSignIn", "Users and keys", "Sign somebody out in one place", "One that has ended already is done as well.",
            answers: [.init(204, "Signed out there.")]),
    ]
}
