import Contracts
import Foundation
import Storage

/// A PostgreSQL cluster of this test process alone: started when the first test asks for it, on a Unix socket in a directory of
/// its own, without fsync. A watching shell ends it when this process ends, however it ends: the shell's standard input is
/// a pipe that only this process holds open.
package final class TestCluster: Sendable {
    private static let started = Task { try await TestCluster() }

    package static func shared() async throws -> TestCluster { try await started.value }

    private static let binaries = "/usr/lib/postgresql/15/bin"

    /// Of a role with CREATEROLE and CREATEDB, but no superuser, as in an installation.
    package let adminURL: String
    /// Of the superuser, for what only tests do: ending backends, looking at locks.
    package let superuserURL: String
    /// nil for a cluster that is not ours.
    package let socketPath: String?

    private init() async throws {
        if let url = ProcessInfo.processInfo.environment["SWITCHBOARD_TEST_CLUSTER_URL"], !url.isEmpty {
            adminURL = url
            superuserURL = url
            socketPath = nil
            try await Self.removeLeftovers(of: url)
            return
        }
        let directory = "/tmp/switchboard-test-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0...UInt32.max))"
        superuserURL = "host=\(directory) dbname=postgres user=postgres"
        adminURL = "host=\(directory) dbname=postgres user=switchboard_admin"
        socketPath = "\(directory)/.s.PGSQL.5432"
        try await Self.start(in: directory)
        let superuser = Database(DatabaseConfiguration(url: superuserURL, poolSize: 1), logger: .tests)
        defer { superuser.close() }
        _ = try await superuser.query(.none, "CREATE ROLE switchboard_admin LOGIN CREATEROLE CREATEDB")
    }

    /// In a cluster that outlives us: databases of test processes that are gone.
    private static func removeLeftovers(of url: String) async throws {
        let admin = Database(DatabaseConfiguration(url: url, poolSize: 1), logger: .tests)
        defer { admin.close() }
        for row in try await admin.query(.none, "SELECT datname::text AS name FROM pg_database WHERE datname ~ '^test_[0-9]+_'") {
            let name: String = try row["name"]
            guard let process = name.split(separator: "_").dropFirst().first.flatMap({ pid_t($0) }) else { continue }
            if kill(process, 0) == -1, errno == ESRCH {
                try await Administration(adminURL: url).run("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
            }
        }
    }

    /// Returns when the server takes connections.
    private static func start(in directory: String) async throws {
        let process = Process()
        let isRoot = getuid() == 0
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script, "test-cluster", directory, binaries, isRoot ? "root" : "user"]
        // Held open, and never written to, until this process ends.
        let life = Pipe()
        let words = Pipe()
        process.standardInput = life
        process.standardOutput = words
        try process.run()
        try words.fileHandleForWriting.close()
        lifeline.withLock { $0 = (process, life) }
        let answer = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try words.fileHandleForReading.read(upToCount: 5) ?? Data() })
            }
        }
        guard answer.starts(with: Data("ready".utf8)) else {
            throw TestClusterError(reason: "PostgreSQL did not start; see \(directory)/log")
        }
    }

    /// `$1` the directory, `$2` the binaries, `$3` whether we are root, whom PostgreSQL refuses: then it runs as `postgres`.
    private static let script = """
        set -e
        directory=$1 binaries=$2
        trap '' INT HUP
        as() { if [ "$3" = root ]; then shift 3; setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else shift 3; "$@"; fi; }
        mkdir -m 700 "$directory"
        if [ "$3" = root ]; then chown postgres:postgres "$directory"; fi
        exec 2>>"$directory/log"
        as 1 2 "$3" "$binaries/initdb" -D "$directory/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >>"$directory/log"
        as 1 2 "$3" "$binaries/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c fsync=off -c full_page_writes=off \\
            -c max_connections=1000 -c shared_buffers=64MB -c autovacuum_naptime=5s -c max_wal_size=256MB >>"$directory/log" </dev/null &
        server=$!
        tries=0
        until as 1 2 "$3" "$binaries/pg_isready" -q -h "$directory"; do
            tries=$((tries + 1))
            if [ $tries -gt 300 ] || ! kill -0 $server; then echo nope; exit 1; fi
            sleep 0.05
        done
        echo ready
        exec >/dev/null
        read -r line || true
        set +e
        kill -QUIT "$(head -n 1 "$directory/data/postmaster.pid")"
        wait $server
        rm -rf "$directory"
        """
}

package struct TestClusterError: Error, CustomStringConvertible {
    let reason: String
    package var description: String { reason }
}
