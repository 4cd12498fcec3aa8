import AccountsService
import Contracts
import Foundation
import Storage

/// A command's way to the database of an installation, whether the installation runs or not.
struct SuiteAccess: Sendable {
    /// The administrator's connection.
    let administrator: String
    let secrets: Secrets

    /// Lends the database to `body`: the running one, or the private cluster, started for as long as it takes.
    /// - Parameter creating: whether a folder that is not there yet may be made; only with a server of its own.
    static func withDatabase<Result: Sendable>(
        of folder: DataFolder, creating: Bool = false, body: (SuiteAccess) async throws -> Result
    ) async throws -> Result {
        let named = ProcessInfo.processInfo.environment[SuiteSettings.databaseKey].flatMap { $0.isEmpty ? nil : $0 }
        if let named, let directory = ProcessInfo.processInfo.environment[Secrets.directoryKey], !directory.isEmpty {
            let secrets = try Secrets.read(from: directory, roles: SuiteSchema.roles)
            return try await body(
                SuiteAccess(administrator: DatabaseURL.replacing(in: named, password: secrets.administratorPassword), secrets: secrets))
        }
        if creating, let named {
            _ = try folder.make(reachableFor: nil)
            try SuiteSettings(databaseURL: named, privateCluster: false, fsync: true).save(to: folder)
        }
        guard let settings = try SuiteSettings.load(from: folder) else {
            throw OperatorError(
                "There is no installation in \(folder.path). Start one with `switchboard up`, name its folder with --data, or name a database server in \(SuiteSettings.databaseKey).",
                code: .notPossible)
        }
        if !settings.privateCluster {
            let secrets = try Secrets.load(from: folder, roles: SuiteSchema.roles)
            return try await body(SuiteAccess(administrator: named ?? settings.databaseURL, secrets: secrets))
        }
        guard let lock = try FolderLock(folder) else {  // somebody runs it
            let secrets = try Secrets.load(from: folder, roles: SuiteSchema.roles)
            return try await body(SuiteAccess(administrator: settings.databaseURL, secrets: secrets))
        }
        defer { withExtendedLifetime(lock) {} }
        var options = SuiteRunner.Options()
        options.fsync = settings.fsync
        let runner = SuiteRunner(folder: folder, options: options, progress: Progress())
        do {
            let (administrator, secrets) = try await runner.startDatabaseOnly(roles: SuiteSchema.roles)
            let result = try await body(SuiteAccess(administrator: administrator, secrets: secrets))
            await runner.stop()
            return result
        } catch {
            await runner.stop()
            throw error
        }
    }

    static func withAccounts<Result: Sendable>(
        of folder: DataFolder, body: (AccountsAdministration) async throws -> Result
    ) async throws -> Result {
        try await withDatabase(of: folder) { try await AccountsAdministration.with($0.administrator, $0.secrets, body: body) }
    }
}
