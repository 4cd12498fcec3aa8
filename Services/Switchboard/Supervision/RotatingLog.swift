import Foundation
import Synchronization

/// One process's log file. What it says is kept as it comes; when the file is full it becomes `….log.1`, and the one before `….log.2`.
package final class RotatingLog: Sendable {
    /// Bytes of one file. A service says some 200 bytes a line, so three files hold about 200,000 lines.
    package static let sizeMax = 16 * 1024 * 1024
    /// Older files kept beside the current one.
    package static let olderFilesKept = 2
    /// Bytes read back to explain why a process does not start.
    static let tailMax = 2048

    package let path: String
    private let sizeMax: Int
    private let state: Mutex<State>

    private struct State {
        var file: Int32
        var size: Int
    }

    /// - Throws: ``SystemError`` if the file cannot be opened.
    package init(path: String, sizeMax: Int = RotatingLog.sizeMax) throws {
        self.path = path
        self.sizeMax = sizeMax
        let file = try Self.open(path)
        state = Mutex(State(file: file, size: Int(lseek(file, 0, SEEK_END))))
    }

    deinit {
        _ = state.withLock { close($0.file) }
    }

    /// Appends. A full disk loses log lines, never the process that writes them.
    package func append(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            if state.size > 0, state.size + bytes.count > sizeMax, rotate() {
                do {
                    let fresh = try Self.open(path)
                    close(state.file)
                    state = State(file: fresh, size: 0)
                } catch {  // keep writing to the file we have: it is open, whatever its name now is
                    state.size = 0
                }
            }
            var rest = bytes
            while !rest.isEmpty {
                let written = write(state.file, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                state.size += written
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }

    /// The last lines, for a message about a process that ended.
    package func tail() -> String {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        lseek(file, max(0, lseek(file, 0, SEEK_END) - off_t(Self.tailMax)), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: Self.tailMax)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return "" }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }

    private func rotate() -> Bool {
        for number in stride(from: Self.olderFilesKept, to: 1, by: -1) {
            rename("\(path).\(number - 1)", "\(path).\(number)")  // the first times there is nothing to rename
        }
        return rename(path, "\(path).1") == 0
    }

    private static func open(_ path: String) throws -> Int32 {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("open \(path)") }
        PrivateFile.giveToOwner(ofFolderWith: path, file)
        return file
    }
}
