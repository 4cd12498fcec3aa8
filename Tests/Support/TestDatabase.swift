import Contracts
import EventLog
import Foundation
import Storage

/// A database of one test, cloned from a template in which the services' migrations ran.
package struct TestDatabase: Sendable {
    /// Every role's password in tests.
    package static let password = "test-password"

    package let name: String
    private let cluster: TestCluster

    /// - Parameter services: each with its directory of migrations; nil for the log's tables only.
    package static func make(_ services: [ServiceName: URL?]) async throws -> TestDatabase {
        let cluster = try await TestCluster.shared()
        let template = try await templates.template(for: services, in: cluster)
        let name = newName()
        try await cluster.administer("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)")
        return TestDatabase(name: name, cluster: cluster)
    }

    /// An empty database: no roles' schemas, no tables.
    package static func makeEmpty() async throws -> TestDatabase {
        let cluster = try await TestCluster.shared()
        let name = newName()
        try await cluster.administer("CREATE DATABASE \(identifier: name)")
        return TestDatabase(name: name, cluster: cluster)
    }

    /// A second database with everything that is in this one. Nobody may be connected to this one.
    package func copy() async throws -> TestDatabase {
        let name = Self.newName()
        try await cluster.administer("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: self.name)")
        return TestDatabase(name: name, cluster: cluster)
    }

    package var adminURL: String { DatabaseURL.replacing(in: cluster.adminURL, database: name) }
    package var superuserURL: String { DatabaseURL.replacing(in: cluster.superuserURL, database: name) }
    package var verifyURL: String {
        DatabaseURL.replacing(in: cluster.adminURL, user: Provisioning.verifyRole, password: Self.password, database: name)
    }
    package func url(of service: ServiceName) -> String {
        DatabaseURL.replacing(in: cluster.adminURL, user: Provisioning.role(of: service), password: Self.password, database: name)
    }

    /// A line to the server that a test can cut.
    package func proxy() throws -> TestProxy {
        guard let path = cluster.socketPath else { throw TestClusterError(reason: "only a cluster of our own can be cut off") }
        return try TestProxy(to: path)
    }
    package func url(of service: ServiceName, through proxy: TestProxy) -> String {
        "host=127.0.0.1 port=\(proxy.port) dbname=\(name) user=\(Provisioning.role(of: service)) sslmode=disable gssencmode=disable"
    }

    /// A pool that signs in as the service does. Threads and connections end with the last reference.
    package func database(_ service: ServiceName, poolSize: Int = 4) -> Database {
        Database(Self.configuration(url(of: service), poolSize: poolSize), logger: .tests)
    }

    /// Patient with a slow machine: what is bounded in an installation would make tests fail beside a build.
    package static func configuration(_ url: String, poolSize: Int) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(url: url, poolSize: poolSize)
        configuration.waitMax = .seconds(60)
        configuration.lockTimeout = .seconds(30)
        configuration.statementTimeout = .seconds(60)
        configuration.idleInTransactionTimeout = .seconds(60)
        configuration.responseTimeout = .seconds(90)
        return configuration
    }

    package func admin() -> Database { Database(Self.configuration(adminURL, poolSize: 1), logger: .tests) }
    package func superuser() -> Database { Database(Self.configuration(superuserURL, poolSize: 1), logger: .tests) }

    /// Only needed in a cluster that outlives the tests.
    package func drop() async throws {
        try await cluster.administer("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
    }

    /// Names this process, so that a later one can clean up after it.
    fileprivate static func newName() -> String {
        "test_\(ProcessInfo.processInfo.processIdentifier)_\(UUID().uuidString.lowercased().prefix(13))"
    }
    private static let templates = TestTemplates()
}

/// One template per set of migrations, made once.
private actor TestTemplates {
    private var made: [[String: URL?]: Task<String, any Error>] = [:]

    func template(for services: [ServiceName: URL?], in cluster: TestCluster) async throws -> String {
        let key = Dictionary(uniqueKeysWithValues: services.map { ($0.key.rawValue, $0.value) })
        if let task = made[key] { return try await task.value }
        // One after the other: roles belong to the whole cluster, and two transactions may not change the same one.
        let before = made.values.map { $0 }
        let task = Task {
            for task in before { _ = await task.result }
            let name = TestDatabase.newName()
            try await cluster.administer("CREATE DATABASE \(identifier: name)")
            let url = DatabaseURL.replacing(in: cluster.adminURL, database: name)
            let passwords = Dictionary(uniqueKeysWithValues: services.keys.map { ($0, TestDatabase.password) })
            try await Provisioning(adminURL: url).provision(passwords, verifyPassword: TestDatabase.password)
            for (service, directory) in services {
                try await Migrator(adminURL: url).migrate(service, directory: directory)
            }
            return name
        }
        made[key] = task
        return try await task.value
    }
}

extension TestCluster {
    /// A statement that may not run in a transaction: CREATE DATABASE and its like.
    func administer(_ statement: SQL) async throws {
        try await Administration(adminURL: adminURL).run(statement)
    }
}
