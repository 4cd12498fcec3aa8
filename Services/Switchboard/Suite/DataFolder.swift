import Contracts
import Crypto
import Foundation

/// Where one installation keeps what must survive: the database, its secrets, its ports, its logs.
package struct DataFolder: Sendable, Equatable {
    /// What `--data` says when nothing is said.
    package static let usual = "data"
    /// Holds the data of checkouts that the database's user cannot reach.
    package static let elsewhere = "/var/lib/switchboard"

    package let path: String
    /// Holds what is only true while the suite runs.
    package let run: String

    /// - Parameter path: as the operator wrote it. The usual folder's `run/` stands beside it, any other's inside it.
    package init(_ path: String) {
        self.path = Self.absolute(path)
        run = path == Self.usual ? Self.absolute("run") : self.path + "/run"
    }

    package var settings: String { path + "/suite.json" }
    package var secrets: String { path + "/secrets.json" }
    package func file(of secret: SuiteSecret) -> String {
        switch secret {
        case .tokenSigningKey: "\(path)/\(secret.file)"
        case .sealingKeys: "\(keys)/\(secret.file)"
        }
    }
    /// The services' CURVE keys.
    package var keys: String { path + "/keys" }
    package var ports: String { path + "/ports.json" }
    package var demo: String { path + "/demo.json" }
    package var logs: String { path + "/logs" }
    package var cluster: String { path + "/postgres" }
    package var lock: String { path + "/lock" }
    package var endpoints: String { run + "/endpoints.json" }
    package var processes: String { run + "/processes.json" }

    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The same folder for ever, whatever link leads to it.
    package var real: String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Makes the folder. Others may pass through it, as PostgreSQL's user must to reach the cluster, and see nothing: neither what it
    /// lists, nor what is in it.
    /// - Parameter user: who must be able to reach it to run PostgreSQL; nil for the caller.
    /// - Returns: the place the data went to instead, if that user cannot reach this one.
    package func make(reachableFor user: SystemUser?) throws -> String? {
        var moved: String?
        if let user, !Self.canReach((path as NSString).deletingLastPathComponent, user) { moved = try moveElsewhere() }
        try PrivateFile.makeFolder(path, mode: 0o711)
        try PrivateFile.makeFolder(logs, mode: 0o700)
        try PrivateFile.makeFolder(run, mode: 0o700)
        return moved
    }

    private func moveElsewhere() throws -> String {
        let digest = SHA256.hash(data: Data(path.utf8)).prefix(6).map { String(format: "%02x", $0) }.joined()
        let place = "\(Self.elsewhere)/\(digest)"
        if let link = Self.destination(ofLink: path) { return link }
        if FileManager.default.fileExists(atPath: path) {
            guard rmdir(path) == 0 else {
                throw OperatorError(
                    "PostgreSQL's user cannot reach \(path), and that folder is not empty, so it cannot become a link to \(place). Move it away, or choose another with --data."
                )
            }
        }
        try PrivateFile.makeFolder(Self.elsewhere, mode: 0o755)
        try PrivateFile.makeFolder(place, mode: 0o711)
        try PrivateFile.makeFolder((path as NSString).deletingLastPathComponent, mode: 0o755)
        guard symlink(place, path) == 0 else { throw SystemError("link \(path) to \(place)") }
        return place
    }

    private static func destination(ofLink path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether every folder down to `path` lets `user` pass. Folders that are not there yet will be made passable.
    static func canReach(_ path: String, _ user: SystemUser) -> Bool {
        var folder = ""
        for part in [""] + path.split(separator: "/").map(String.init) {
            folder += part.isEmpty ? "/" : (folder == "/" ? part : "/" + part)
            var facts = stat()
            guard stat(folder, &facts) == 0 else { return true }
            let bit: mode_t = facts.st_uid == user.id ? S_IXUSR : facts.st_gid == user.group ? S_IXGRP : S_IXOTH
            guard facts.st_mode & bit != 0 else { return false }
        }
        return true
    }

    private static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return (whole as NSString).standardizingPath
    }
}
