import Foundation
import Sealing

/// The file with the key ring of sealed secrets. Changed by one command at a time, whole or not at all, mode 0600.
package struct SealingKeyFile: Sendable {
    package enum Change: Sendable, Equatable {
        /// Make it if it is not there.
        case make
        case add
        case use(String)
        case retire(String)
    }

    package enum Outcome: String, Sendable, Encodable { case made, kept, added, used, retired }

    package let path: String

    package init(_ path: String) {
        self.path = URL(filePath: path).standardizedFileURL.path
    }

    /// - Returns: what was done, to which key, and the key ring as it is now.
    /// - Throws: ``OperatorError``; then nothing is changed.
    package func apply(_ change: Change, now: Date) throws -> (outcome: Outcome, key: String, ring: KeyRing) {
        let lock = try lockFolder()
        // Not by closing alone: a process that is being started at this moment holds the file until it runs its own program.
        defer {
            flock(lock, LOCK_UN)
            close(lock)
        }
        guard let ring = try read() else {
            guard change == .make else { throw OperatorError("\(path) is not there.", code: .notPossible) }
            let key = try fresh(beside: [], now)
            return (.made, key.id, try write([key]))
        }
        switch change {
        case .make: return (.kept, ring.keys.first?.id ?? "", ring)
        case .add:
            let key = try fresh(beside: ring.keys, now)
            return (.added, key.id, try write(ring.keys + [key]))
        case .use(let id):
            let key = try find(id, in: ring)
            return (.used, id, try write([key] + ring.keys.filter { $0.id != id }))
        case .retire(let id):
            let key = try find(id, in: ring)
            guard key.id != ring.keys.first?.id else {
                throw OperatorError("\(id) is the key that seals. Let another one seal first (--use).")
            }
            return (.retired, id, try write(ring.keys.filter { $0.id != id }))
        }
    }

    private func find(_ id: String, in ring: KeyRing) throws -> SealingKey {
        guard let key = ring.keys.first(where: { $0.id == id }) else {
            throw OperatorError("\(path) holds no key \(id): it holds \(ring).")
        }
        return key
    }

    /// Named after the day, `2026-11-30`, a second one of a day `2026-11-30-2`.
    private func fresh(beside keys: [SealingKey], _ now: Date) throws -> SealingKey {
        let day = now.formatted(.iso8601.year().month().day())
        let ids = [day] + (2...KeyRing.keysMax).map { "\(day)-\($0)" }
        guard let id = ids.first(where: { id in !keys.contains { $0.id == id } }), let key = SealingKey.generate(id: id) else {
            throw OperatorError("\(path) holds \(KeyRing.keysMax) keys. Retire old ones first (--retire).")
        }
        return key
    }

    private func read() throws -> KeyRing? {
        guard let bytes = try PrivateFile.read(path) else { return nil }
        do throws(KeyRingError) { return try KeyRing(text: String(decoding: bytes, as: UTF8.self)) } catch {
            throw OperatorError("\(path) \(error).")
        }
    }

    private func write(_ keys: [SealingKey]) throws -> KeyRing {
        let ring: KeyRing
        do throws(KeyRingError) { ring = try KeyRing(keys) } catch {
            throw OperatorError("\(path) would be wrong then: it \(error). Retire old keys first (--retire).")
        }
        try PrivateFile.replace(path, with: Array(ring.text.utf8), mode: 0o600)
        return ring
    }

    /// Two commands at once would each write without the other's key, and what that sealed would be lost. The lock is on the folder: the
    /// file itself is replaced.
    private func lockFolder() throws -> Int32 {
        let folder = (path as NSString).deletingLastPathComponent
        if !FileManager.default.fileExists(atPath: folder) { try PrivateFile.makeFolder(folder, mode: 0o700) }
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("open \(folder)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw OperatorError("Another command is changing keys in \(folder).", code: .notPossible)
        }
        return file
    }
}
