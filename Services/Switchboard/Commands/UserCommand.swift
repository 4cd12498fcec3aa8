import AccountsService
import ArgumentParser
import Contracts
import Foundation

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People who sign in.",
        discussion: """
            Links are shown here and sent to nobody: pass them on. Whoever is disabled, changed in role, reset or signed out is refused by every \
            gateway within seconds, if the suite runs.
            """,
        subcommands: [
            Create.self, List.self, Invite.self, Reset.self, ChangeRole.self, Disable.self, Enable.self, Sessions.self,
            SignOutEverywhere.self,
        ])
}

/// Who is meant: the company and the address to sign in with.
struct UserOptions: ParsableArguments {
    @OptionGroup var suite: SuiteOptions

    @Option(help: ArgumentHelp("The company's short name.", valueName: "slug"))
    var tenant: String

    @Option(help: "The address to sign in with.")
    var email: String

    /// Finds the user and does something with them.
    func withUser<Result: Sendable>(
        _ body: @Sendable (AccountsAdministration, TenantID, UserAccount) async throws -> Result
    ) async throws -> Result {
        try await SuiteAccess.withAccounts(of: suite.folder) { accounts in
            let company = try await accounts.tenant(named: tenant)
            guard let user = try await accounts.findUser(tenant: company.id, email: email) else {
                throw OperatorError(
                    "\(company.name) has no user \(email). `switchboard user list --tenant \(tenant)` shows them.", code: .failed)
            }
            return try await body(accounts, company.id, user)
        }
    }
}

extension UserCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a user.",
            discussion: """
                Without a password the answer is a link that works once, on which the user chooses one. An address that was invited and has not answered \
                yet is invited again.
                """)

        private struct Outcome: Encodable {
            let user: UserAccount
            let invitation: ShownLink?
        }

        @OptionGroup var options: UserOptions

        @Option(help: "admin, supervisor, agent or viewer.")
        var role: String

        @Option(help: "What colleagues and customers see; the part of the address before the @ if nothing is said.")
        var name: String?

        @Option(help: "The password. Others may see it in the list of processes; --password-stdin is safer.")
        var password: String?

        @Flag(help: "Read the password from the first line of standard input.")
        var passwordStdin = false

        func validate() throws {
            _ = try UserCommand.role(role)
            guard password == nil || !passwordStdin else { throw ValidationError("--password and --password-stdin exclude each other.") }
        }

        func run() async throws {
            try await Terminal.reporting {
                let password = passwordStdin ? readLine() ?? "" : password
                let name = name ?? String(options.email.prefix { $0 != "@" })
                let created = try await SuiteAccess.withAccounts(of: options.suite.folder) { accounts in
                    try await accounts.createUser(
                        tenant: try await accounts.tenant(named: options.tenant).id, email: options.email, name: name,
                        role: try UserCommand.role(role), password: password)
                }
                let invitation = try created.invitationToken.map {
                    ShownLink(url: try ShownLink.address(.invitation, token: $0, options.suite), expiresAt: created.invitationExpiresAt)
                }
                if options.suite.json { return try Terminal.print(json: Outcome(user: created.user, invitation: invitation)) }
                Terminal.print("\(created.user.email) has the id \(created.user.id).")
                if let invitation { Terminal.print("The invitation works once: \(invitation.url)") }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a company's users.")

        @OptionGroup var suite: SuiteOptions

        @Option(help: ArgumentHelp("The company's short name.", valueName: "slug"))
        var tenant: String

        func run() async throws {
            try await Terminal.reporting {
                let users = try await SuiteAccess.withAccounts(of: suite.folder) { accounts in
                    let company = try await accounts.tenant(named: tenant).id
                    var users: [UserAccount] = []
                    while true {
                        let more = try await accounts.users(tenant: company, after: users.last?.email)
                        users += more.users
                        if !more.hasMore { return users }
                    }
                }
                if suite.json { return try Terminal.print(json: users) }
                for user in users {
                    let state = user.disabled ? "disabled" : user.access?.state.rawValue ?? ""
                    Terminal.print("\(user.email)\t\(user.role)\t\(state)\t\(user.access?.sessionCount ?? 0) signed in\t\(user.name)")
                }
            }
        }
    }

    struct ChangeRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "role", abstract: "Changes what a user may do.")

        @OptionGroup var options: UserOptions

        @Argument(help: "admin, supervisor, agent or viewer.")
        var role: String

        func validate() throws { _ = try UserCommand.role(role) }

        func run() async throws {
            try await UserCommand.change(options, role: try UserCommand.role(role))
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuses a user from now on, and signs them out everywhere.", discussion: "Nothing of theirs is deleted.")

        @OptionGroup var options: UserOptions

        func run() async throws {
            try await UserCommand.change(options, disabled: true)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a disabled user sign in again.")

        @OptionGroup var options: UserOptions

        func run() async throws {
            try await UserCommand.change(options, disabled: false)
        }
    }

    static func role(_ text: String) throws -> Role {
        let role = Role(rawValue: text)
        guard Role.staff.contains(role) else {
            throw ValidationError("The role is one of \(Role.staff.map(\.rawValue).sorted().joined(separator: ", ")).")
        }
        return role
    }

    private static func change(_ options: UserOptions, role: Role? = nil, disabled: Bool? = nil) async throws {
        try await Terminal.reporting {
            let user = try await options.withUser { accounts, tenant, user in
                try await accounts.changeUser(tenant: tenant, user: user.id, role: role, disabled: disabled)
            }
            if options.suite.json { return try Terminal.print(json: user) }
            Terminal.print("\(user.email) has the role \(user.role) and \(user.disabled ? "is disabled" : "may sign in").")
        }
    }
}
