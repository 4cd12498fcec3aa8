import AccountsService
import ArgumentParser
import Contracts
import Foundation

/// A link to pass on.
struct ShownLink: Encodable {
    let url: String
    let expiresAt: Date?

    private enum CodingKeys: String, CodingKey {
        case url
        case expiresAt = "expires_at"
    }

    static func address(_ purpose: OneTimeLink.Purpose, token: String, _ suite: SuiteOptions) throws -> String {
        let origin = try SuiteSettings.load(from: suite.folder)?.publicURL ?? SuiteSettings.usualPublicURL
        return "\(origin)/\(purpose.rawValue)#\(token)"
    }
}

extension UserCommand {
    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a fresh invitation to somebody who has not chosen a password yet.", discussion: "Links given out before end.")

        @OptionGroup var options: UserOptions

        func run() async throws {
            try await UserCommand.giveLink(options) { try await $0.resendInvitation(tenant: $1, user: $2) }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a password away and gives a link on which another one is chosen.",
            discussion: "The old password stops working at once, and every session ends. The link works once, for a day.")

        @OptionGroup var options: UserOptions

        func run() async throws {
            try await UserCommand.giveLink(options) { try await $0.resetPassword(tenant: $1, user: $2) }
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows where a user is signed in, the one used last first.")

        @OptionGroup var options: UserOptions

        func run() async throws {
            try await Terminal.reporting {
                let sessions = try await options.withUser { try await $0.signIns(tenant: $1, user: $2.id) }
                if options.suite.json { return try Terminal.print(json: sessions) }
                for session in sessions {
                    Terminal.print(
                        "\(session.id)\tsince \(Timestamp.text(session.createdAt))\tused \(Timestamp.text(session.lastUsedAt))\t\(session.address ?? "-")\t\(session.device ?? "-")"
                    )
                }
            }
        }
    }

    struct SignOutEverywhere: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "sign-out", abstract: "Signs a user out, everywhere or in one place.")

        private struct Outcome: Encodable {
            let user: UserAccount
        }

        @OptionGroup var options: UserOptions

        @Option(help: ArgumentHelp("Only this session, as `sessions` shows it.", valueName: "id"))
        var session: String?

        func validate() throws {
            guard session == nil || session.flatMap(SignInID.init) != nil else { throw ValidationError("--session is not an id.") }
        }

        func run() async throws {
            try await Terminal.reporting {
                let user = try await options.withUser { accounts, tenant, user in
                    try await accounts.endSignIns(tenant: tenant, user: user.id, only: session.flatMap(SignInID.init))
                    return user
                }
                if options.suite.json { return try Terminal.print(json: Outcome(user: user)) }
                Terminal.print("\(user.email) is signed out\(session == nil ? " everywhere" : " there").")
            }
        }
    }

    private struct LinkOutcome: Encodable {
        let user: UserAccount
        let link: ShownLink
    }

    private static func giveLink(
        _ options: UserOptions, _ order: @escaping @Sendable (AccountsAdministration, TenantID, UserID) async throws -> OneTimeLink
    ) async throws {
        try await Terminal.reporting {
            let link = try await options.withUser { try await order($0, $1, $2.id) }
            let shown = ShownLink(url: try ShownLink.address(link.purpose, token: link.token, options.suite), expiresAt: link.expiresAt)
            if options.suite.json { return try Terminal.print(json: LinkOutcome(user: link.user, link: shown)) }
            Terminal.print("For \(link.user.email), once, until \(Timestamp.text(link.expiresAt)): \(shown.url)")
        }
    }
}
