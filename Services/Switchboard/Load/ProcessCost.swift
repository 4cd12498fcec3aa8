import Foundation

/// What a process and all that it started have used so far, from `/proc`.
struct ProcessCost: Sendable {
    /// CPU-seconds by the program's name.
    let seconds: [String: Double]

    /// - Throws: ``OperatorError`` if there is no such process.
    init(of root: pid_t) throws {
        struct Entry {
            let parent: pid_t
            let name: String
            let ticks: Double
        }
        var entries: [pid_t: Entry] = [:]
        for pid in ProcessTable.pids() {
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { continue }
            let text = String(decoding: data, as: UTF8.self)
            // The name in parentheses may hold anything (proc(5)); behind it: 0 state, 1 parent, 11 user and 12 system ticks, then
            // those of children that ended.
            guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { continue }
            let words = text[close...].split(separator: " ").dropFirst()
            let fields = Array(words)
            guard fields.count > 14, let parent = pid_t(fields[1]) else { continue }
            let ticks = fields[11...14].reduce(0) { $0 + (Double($1) ?? 0) }
            entries[pid] = Entry(parent: parent, name: String(text[text.index(after: open)..<close]), ticks: ticks)
        }
        guard entries[root] != nil else { throw OperatorError("Process \(root) does not run.") }
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        var seconds: [String: Double] = [:]
        for (pid, entry) in entries {
            var ancestor = pid
            while ancestor != root, let parent = entries[ancestor]?.parent, parent > 0 { ancestor = parent }
            if ancestor == root { seconds[entry.name, default: 0] += entry.ticks / perSecond }
        }
        self.seconds = seconds
    }

    /// - Returns: what was used since `earlier`, by program.
    func since(_ earlier: ProcessCost) -> [String: Double] {
        var used: [String: Double] = [:]
        for (name, value) in seconds {
            let difference = value - (earlier.seconds[name] ?? 0)
            if difference > 0 { used[name] = difference }
        }
        return used
    }

    /// Resident memory of one process.
    static func residentBytes(of pid: pid_t) throws -> Int {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/statm"),
            let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw OperatorError("Process \(pid) does not run.") }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
