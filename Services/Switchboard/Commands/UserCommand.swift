import AccountsService
import ArgumentParser
import Contracts
import Foundation

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "user", abstract: "People who sign in.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a user.", discussion: "Without a password the answer is a link that works once, on which the user chooses one.")

        private struct Outcome: Encodable {
            struct Invitation: Encodable {
                let url: String
                let expiresAt: Date?

                private enum CodingKeys: String, CodingKey {
                    case url
                    case expiresAt = "expires_at"
                }
            }

            let user: UserAccount
            let invitation: Invitation?
        }

        @OptionGroup var suite: SuiteOptions

        @Option(help: ArgumentHelp("The company's short name.", valueName: "slug"))
        var tenant: String

        @Option(help: "The address to sign in with.")
        var email: String

        @Option(help: "admin, supervisor, agent or viewer.")
        var role: String

        @Option(help: "What colleagues and customers see; the part of the address before the @ if nothing is said.")
        var name: String?

        @Option(help: "The password. Others may see it in the list of processes; --password-stdin is safer.")
        var password: String?

        @Flag(help: "Read the password from the first line of standard input.")
        var passwordStdin = false

        func validate() throws {
            guard Role.staff.contains(Role(rawValue: role)) else {
                throw ValidationError("--role is one of \(Role.staff.map(\.rawValue).sorted().joined(separator: ", ")).")
            }
            guard password == nil || !passwordStdin else { throw ValidationError("--password and --password-stdin exclude each other.") }
        }

        func run() async throws {
            try await Terminal.reporting {
                let password = passwordStdin ? readLine() ?? "" : password
                let name = name ?? String(email.prefix { $0 != "@" })
                let created = try await SuiteAccess.withAccounts(of: suite.folder) { accounts in
                    try await accounts.createUser(
                        tenant: try await accounts.tenant(named: tenant).id, email: email, name: name, role: Role(rawValue: role),
                        password: password)
                }
                let address = try SuiteSettings.load(from: suite.folder)?.publicURL ?? SuiteSettings.usualPublicURL
                let invitation = created.invitationToken.map {
                    Outcome.Invitation(url: "\(address)/invitation#\($0)", expiresAt: created.invitationExpiresAt)
                }
                if suite.json { return try Terminal.print(json: Outcome(user: created.user, invitation: invitation)) }
                Terminal.print("\(created.user.email) has the id \(created.user.id).")
                if let invitation { Terminal.print("The invitation works once: \(invitation.url)") }
            }
        }
    }
}
