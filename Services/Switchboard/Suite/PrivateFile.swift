import Foundation

/// Files that are written whole or not at all.
package enum PrivateFile {
    /// Writes beside the file, then renames: a reader sees the old content or the new one.
    /// - Parameter mode: 0600 unless others may read it.
    package static func replace(_ path: String, with bytes: some Collection<UInt8>, mode: mode_t = 0o600) throws {
        let fresh = "\(path).\(getpid()).new"
        unlink(fresh)
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw SystemError("write \(fresh)") }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let error = SystemError("write \(fresh)")
                close(file)
                unlink(fresh)
                throw error
            }
            rest = rest.dropFirst(written)
        }
        fchmod(file, mode)
        giveToOwner(ofFolderWith: path, file)
        fsync(file)
        close(file)
        guard rename(fresh, path) == 0 else { throw SystemError("rename \(fresh)") }
    }

    /// - Returns: nil if there is no such file.
    package static func read(_ path: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else { throw SystemError("read \(path)", code: EACCES) }
        return Array(data)
    }

    /// What root writes into somebody's folder stays usable for its owner.
    static func giveToOwner(ofFolderWith path: String, _ file: Int32) {
        guard geteuid() == 0, let owner = SystemUser(owning: (path as NSString).deletingLastPathComponent) else { return }
        fchown(file, owner.id, owner.group)
    }

    package static func makeFolder(_ path: String, mode: mode_t) throws {
        let isNew = !FileManager.default.fileExists(atPath: path)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw OperatorError("Cannot make the folder \(path): \(error.localizedDescription)")
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open \(path)") }
        defer { close(folder) }
        guard fchmod(folder, mode) == 0 else { throw SystemError("chmod \(path)") }
        if isNew { giveToOwner(ofFolderWith: path, folder) }
    }
}
