import Foundation

/// Whom a process runs as.
package struct SystemUser: Sendable, Equatable {
    package let id: uid_t
    package let group: gid_t

    /// - Returns: nil if this machine has no such user.
    package init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        id = entry.pw_uid
        group = entry.pw_gid
    }

    /// - Returns: nil if there is no such path.
    package init?(owning path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        id = facts.st_uid
        group = facts.st_gid
    }
}
