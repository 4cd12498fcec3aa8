import Foundation

/// Held by whoever runs the suite of a data folder. The kernel lets go of it when the process ends, however it ends.
package final class FolderLock: Sendable {
    private let file: Int32

    /// - Returns: nil if somebody holds it.
    package init?(_ folder: DataFolder) throws {
        let file = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("open \(folder.lock)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError("lock \(folder.lock)")
            close(file)
            if error.code == EWOULDBLOCK { return nil }
            throw error
        }
        PrivateFile.giveToOwner(ofFolderWith: folder.lock, file)
        ftruncate(file, 0)
        let owner = "\(getpid())\n"
        _ = owner.withCString { write(file, $0, strlen($0)) }
        self.file = file
    }

    deinit { close(file) }

    /// The process that holds it, as it wrote itself down.
    package static func owner(of folder: DataFolder) throws -> String {
        String(decoding: try PrivateFile.read(folder.lock) ?? [], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
