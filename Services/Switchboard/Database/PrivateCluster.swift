import Contracts
import Foundation

/// Our own PostgreSQL in the data folder, for one machine without a database server.
package struct PrivateCluster: Sendable {
    /// Where Debian puts each version's programs.
    static let versions = "/usr/lib/postgresql"
    /// Who runs PostgreSQL when we are root, which it refuses to be.
    static let userName = "postgres"
    static let administrator = "switchboard"
    static let database = "switchboard"
    /// As many replicas of each service as may run, with pools of four, and a hundred for operators and tests.
    static let connectionsMax = 100 + SuiteService.withSchema.count * SuiteRunner.replicasMax * 4
    /// Crash recovery reads what was written since the last checkpoint, at most some GB.
    static let startMax = Duration.seconds(120)

    package let folder: String
    /// 0 until the caller knows which one is free; an old server may hold ours.
    package var port = 0
    let password: String
    /// Off only for tests: without it a power cut loses what was acknowledged.
    let fsync: Bool
    let binaries: String
    package let user: SystemUser?

    package init(folder: DataFolder, password: String, fsync: Bool, user: SystemUser?) throws {
        self.folder = folder.real + "/postgres"
        self.password = password
        self.fsync = fsync
        // A cluster that somebody else made goes on as its owner.
        self.user = user == nil ? nil : SystemUser(owning: self.folder).flatMap { $0.id == 0 ? nil : $0 } ?? user
        binaries = try Self.binaries(for: self.folder)
    }

    /// - Returns: nil for an ordinary user, who runs it himself.
    package static func userToRunAs() throws -> SystemUser? {
        guard geteuid() == 0 else { return nil }
        guard let user = SystemUser(named: userName) else {
            throw OperatorError(
                "There is no user \(userName) to run PostgreSQL as. Install it: apt-get install postgresql-15", code: .notPossible)
        }
        return user
    }

    package var url: String { "postgres://\(Self.administrator):\(password)@127.0.0.1:\(port)/\(Self.database)" }

    /// The program's name without its folder's.
    func program(_ name: String, _ arguments: [String], whenWeDie: ChildProcess.LastSignal = .kill) -> ChildProcess.Launch {
        ChildProcess.Launch(
            "\(binaries)/\(name)", arguments, environment: ["LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PGPASSWORD": password],
            whenWeDie: whenWeDie, user: user, directory: "/")
    }

    /// When we are killed it stops by itself, cleanly.
    package var server: ChildProcess.Launch {
        var settings = [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": "", "max_connections": "\(Self.connectionsMax)",
            "shared_buffers": "\(Self.sharedMegabytes)MB", "max_wal_size": "2GB", "min_wal_size": "256MB", "checkpoint_timeout": "10min",
            "wal_compression": "on", "random_page_cost": "1.1", "autovacuum_naptime": "10s", "log_checkpoints": "off",
            "log_min_duration_statement": "1000", "log_line_prefix": "%m [%p] %q%u ", "timezone": "UTC", "log_timezone": "UTC",
        ]
        if !fsync { for name in ["fsync", "synchronous_commit", "full_page_writes"] { settings[name] = "off" } }
        let words = settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        return program("postgres", ["-D", folder] + words, whenWeDie: .interrupt)
    }

    /// An eighth of the memory: the services want the rest, and the kernel caches the files.
    private static var sharedMegabytes: Int {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let bytes = pages * sysconf(Int32(_SC_PAGESIZE))
        return min(max(bytes / 8 / 1_048_576, 128), 1024)
    }

    package var plan: SupervisedProcess.Plan {
        SupervisedProcess.Plan(service: "postgres", replica: 1, health: nil, launch: server, stopSignal: SIGINT) { [self] pid in
            isReady(pid: pid)
        }
    }

    package var exists: Bool { FileManager.default.fileExists(atPath: folder + "/PG_VERSION") }

    /// Makes the cluster: checksums on, passwords asked of everybody. Whole or not at all.
    package func create() async throws {
        let fresh = folder + ".new"
        let words = folder + ".password"
        defer { unlink(words) }
        if FileManager.default.fileExists(atPath: fresh) { try FileManager.default.removeItem(atPath: fresh) }
        try PrivateFile.makeFolder(fresh, mode: 0o700)
        try PrivateFile.replace(words, with: Array(password.utf8))
        if let user {
            guard chown(fresh, user.id, user.group) == 0, chown(words, user.id, user.group) == 0 else {
                throw SystemError("chown \(fresh)")
            }
        }
        try await run(
            program(
                "initdb",
                [
                    "-D", fresh, "--username", Self.administrator, "--pwfile", words, "--auth", "scram-sha-256", "--encoding", "UTF8",
                    "--locale", "C.UTF-8", "--data-checksums",
                ] + (fsync ? [] : ["--no-sync"])))
        guard rename(fresh, folder) == 0 else { throw SystemError("rename \(fresh)") }
    }

    /// Makes our database, if the cluster is new.
    package func createDatabase() async throws {
        let connection = ["-h", "127.0.0.1", "-p", "\(port)", "-U", Self.administrator, "-d", "postgres", "-X", "-w", "-q", "-At"]
        let found = try await run(program("psql", connection + ["-c", "SELECT 1 FROM pg_database WHERE datname = '\(Self.database)'"]))
        if found.isEmpty { _ = try await run(program("psql", connection + ["-c", "CREATE DATABASE \(Self.database)"])) }
    }

    /// Whether the server that runs as `pid` takes connections. It says so itself, in the eighth line of its pid file.
    package func isReady(pid: pid_t) -> Bool {
        let lines = pidFile()
        return lines.count >= 8 && lines[0] == "\(pid)" && lines[7].trimmingCharacters(in: .whitespaces) == "ready"
    }

    /// Ends what an earlier supervisor may have left: a server that still runs, or a pid file of one that does not.
    /// - Returns: whether a server was found running.
    package func stopLeftOver() async throws -> Bool {
        let found = serverProcesses()
        for (signal, patience) in [(SIGINT, 15), (SIGQUIT, 5), (SIGKILL, 5)] {
            let running = serverProcesses()
            if running.isEmpty { break }
            let server = pidFile().first.flatMap { pid_t($0) }
            // The postmaster ends its own; those that lost it are asked one by one.
            for pid in running where server == pid || server.map({ !running.contains($0) }) ?? true { kill(pid, signal) }
            let deadline = ContinuousClock.now + .seconds(patience)
            while !serverProcesses().isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        }
        guard serverProcesses().isEmpty else { throw OperatorError("An old PostgreSQL in \(folder) does not end.") }
        unlink(folder + "/postmaster.pid")  // nobody works in the folder; a reused pid in the file would keep the new server out
        return !found.isEmpty
    }

    /// - Returns: nothing if there is none; it comes and goes with the server.
    private func pidFile() -> [String] {
        let text = String(decoding: FileManager.default.contents(atPath: folder + "/postmaster.pid") ?? Data(), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// A server and its children work in the cluster's folder, and nobody else does.
    private func serverProcesses() -> [pid_t] {
        ProcessTable.pids().filter {
            ProcessTable.directory(of: $0) == folder && ProcessTable.executable(of: $0)?.hasSuffix("/postgres") == true
        }
    }

    /// - Returns: what it printed.
    @discardableResult
    private func run(_ launch: ChildProcess.Launch) async throws -> String {
        let output = CollectedOutput()
        let child = try await ChildProcess.start(launch) { output.append($0) }
        let ending = await withTaskCancellationHandler {
            await child.endedAndSaidAll()
        } onCancel: {
            child.signal(SIGTERM)
        }
        guard ending == .exited(0) else {
            try Task.checkCancellation()
            throw OperatorError("\(launch.executable) ended with \(ending): \(output.text)")
        }
        return output.text
    }

    private static func binaries(for folder: String) throws -> String {
        let version = String(decoding: try PrivateFile.read(folder + "/PG_VERSION") ?? [], as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let installed =
            FileManager.default.fileExists(atPath: versions) ? try FileManager.default.contentsOfDirectory(atPath: versions) : []
        let complete = installed.filter { FileManager.default.isExecutableFile(atPath: "\(versions)/\($0)/bin/postgres") }
        if !version.isEmpty {
            guard complete.contains(version) else {
                throw OperatorError(
                    "\(folder) was made by PostgreSQL \(version). Install it: apt-get install postgresql-\(version)", code: .notPossible)
            }
            return "\(versions)/\(version)/bin"
        }
        guard let newest = complete.max(by: { (Int($0) ?? 0) < (Int($1) ?? 0) }) else {
            throw OperatorError("PostgreSQL is not installed. Install it: apt-get install postgresql-15", code: .notPossible)
        }
        return "\(versions)/\(newest)/bin"
    }
}
