import Foundation
import Logging

/// Reads a file, again whenever it was replaced. One that is missing or cannot be read changes nothing: what was known before stays.
struct WatchedFile<Content: Sendable>: Sendable {
    let path: String
    /// How often it is looked whether the file is another one.
    let every: Duration
    /// What is logged when it cannot be read.
    let trouble: String
    let logger: Logger
    let parse: @Sendable (Data) throws -> Content

    /// Each time it changed, the present content first. Ends when its reader's task is cancelled.
    func contents() -> AsyncStream<Content> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                var lastSeen: FileState?
                var lastTrouble: String?
                while !Task.isCancelled {
                    do {
                        let state = try FileState(path)
                        if state != lastSeen {
                            continuation.yield(try parse(Data(contentsOf: URL(fileURLWithPath: path))))
                            lastSeen = state
                        }
                        lastTrouble = nil
                    } catch {
                        let reason = String(describing: error)
                        if reason != lastTrouble {
                            logger.warning("\(trouble)", metadata: ["path": "\(path)", "error": "\(reason)"])
                        }
                        lastTrouble = reason
                    }
                    do { try await Task.sleep(for: every) } catch { break }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

/// Tells a replaced file from the one read before.
private struct FileState: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
