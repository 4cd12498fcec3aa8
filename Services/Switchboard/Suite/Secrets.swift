import Contracts
import Crypto
import CryptoExtras
import Foundation

/// Made once per data folder, readable by its owner only.
package struct Secrets: Codable, Sendable {
    /// Of the private cluster's superuser.
    package let administratorPassword: String
    /// By database role: one per service, and the read-only one of `switchboard verify`.
    package private(set) var rolePasswords: [String: String]
    /// By e-mail.
    package private(set) var demoPasswords: [String: String]

    private enum CodingKeys: String, CodingKey {
        case administratorPassword = "administrator_password"
        case rolePasswords = "role_passwords"
        case demoPasswords = "demo_passwords"
    }

    private init(administratorPassword: String = Self.password(), rolePasswords: [String: String] = [:]) {
        self.administratorPassword = administratorPassword
        self.rolePasswords = rolePasswords
        demoPasswords = [:]
    }

    /// In the environment, beside ``SuiteSettings/databaseKey``: a folder with `<role>.password` for each database role, and `administrator.password`.
    /// With both, no data folder is needed or made: this is how the commands work in containers.
    package static let directoryKey = "SWITCHBOARD_SECRETS"

    /// Passwords that somebody else made, one file each; nothing is written.
    /// - Throws: ``OperatorError`` naming the file that is missing or empty.
    package static func read(from directory: String, roles: [String]) throws -> Secrets {
        func password(of name: String) throws -> String {
            let file = "\(directory)/\(name).password"
            let text = String(decoding: try PrivateFile.read(file) ?? [], as: UTF8.self)
            guard let line = text.split(whereSeparator: \.isNewline).first else {
                throw OperatorError("The password file \(file) is missing or empty.", code: .notPossible)
            }
            return String(line)
        }
        return Secrets(
            administratorPassword: try password(of: "administrator"),
            rolePasswords: try Dictionary(uniqueKeysWithValues: roles.map { ($0, try password(of: $0)) }))
    }

    /// Reads them, and makes those that are missing.
    package static func load(from folder: DataFolder, roles: [String], demoEmails: [String] = []) throws -> Secrets {
        var secrets = try PrivateFile.read(folder.secrets).map { try JSON.decode(Secrets.self, from: $0) } ?? Secrets()
        for role in roles where secrets.rolePasswords[role] == nil { secrets.rolePasswords[role] = password() }
        for email in demoEmails where secrets.demoPasswords[email] == nil { secrets.demoPasswords[email] = password() }
        try PrivateFile.replace(folder.secrets, with: try JSON.encode(secrets))
        for secret in Set(SuiteService.all.flatMap(\.secrets)) { try make(secret, in: folder) }
        return secrets
    }

    package func password(of role: String) throws -> String {
        guard let password = rolePasswords[role] else { throw OperatorError("The secrets hold no password for \(role).") }
        return password
    }

    package func demoPassword(of email: String) throws -> String {
        guard let password = demoPasswords[email] else { throw OperatorError("The secrets hold no password for \(email).") }
        return password
    }

    /// 20 letters and digits: 119 bits, nothing that a shell, a URL or a reader could take for something else.
    static func password() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<20).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
    }

    /// Nothing happens to one that is there.
    private static func make(_ secret: SuiteSecret, in folder: DataFolder) throws {
        let file = folder.file(of: secret)
        switch secret {
        case .tokenSigningKey:
            guard try PrivateFile.read(file) == nil else { return }
            try PrivateFile.replace(file, with: Array((Curve25519.Signing.PrivateKey().pemRepresentation + "\n").utf8))
        case .sealingKeys: _ = try SealingKeyFile(file).apply(.make, now: .now)
        }
    }
}
