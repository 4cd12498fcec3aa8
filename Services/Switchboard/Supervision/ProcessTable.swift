import Foundation

/// What Linux says of the processes of this machine.
enum ProcessTable {
    static func pids() -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var pids: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = pid_t(name) { pids.append(pid) }
        }
        return pids
    }

    /// - Returns: nil if it ended, or is not ours to look at.
    static func directory(of pid: pid_t) -> String? { link("/proc/\(pid)/cwd") }

    /// - Returns: nil if it ended, or is not ours to look at.
    static func executable(of pid: pid_t) -> String? { link("/proc/\(pid)/exe") }

    /// Clock ticks after boot. With the pid it names one process for ever.
    static func startTime(of pid: pid_t) -> String? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        // The name in parentheses may hold anything; the start is the 20th word behind it (proc(5), field 22).
        guard let words = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " "), words.count > 19 else {
            return nil
        }
        return String(words[19])
    }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
