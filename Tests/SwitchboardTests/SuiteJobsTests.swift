import Contracts
import Foundation
import Jobs
import Storage
import SwitchboardCommands
import TestSupport
import Testing

@Suite struct `The operator's view of jobs` {
    let test: TestDatabase
    let jobs: SuiteJobs
    let ours = TenantID.new()
    let theirs = TenantID.new()
    let first = JobID.new()
    let second = JobID.new()

    init() async throws {
        let test = try await TestDatabase.make([.chat: nil, .sender: nil, .accounts: nil])
        self.test = test
        for service in [ServiceName.chat, .sender] { try await Migrator(adminURL: test.adminURL).migrate(service, JobMigrations.all()) }
        let verifier = Database(DatabaseConfiguration(url: test.verifyURL, poolSize: 1), logger: .tests)
        jobs = SuiteJobs(verifier: verifier) { test.database($0, poolSize: 1) }
        for (service, id, tenant) in [(ServiceName.chat, first, ours), (.sender, second, theirs), (.sender, first, theirs)] {
            let store = JobStore(service: service, database: test.database(service, poolSize: 1))
            try await store.database.transaction(.tenant(tenant)) { transaction in
                _ = try store.enqueue([NewJob(id: id, kind: "send", key: "a")], of: tenant, in: transaction)
            }
        }
    }

    @Test func `is of every service that has some, and of every company`() async throws {
        let all = [ServiceName.accounts, .chat, .sender]
        #expect(try await jobs.withJobs(all) == [.chat, .sender])
        let entries = try await jobs.list(of: all, state: nil, tenant: nil, limit: 10)
        #expect(entries.map(\.service) == [.chat, .sender, .sender] && entries.map(\.clientID) == [ours, theirs, theirs])
        #expect(try await jobs.list(of: all, state: .queued, tenant: ours, limit: 10).map(\.job.id) == [first])
        #expect(try await jobs.list(of: all, state: .failed, tenant: nil, limit: 10).isEmpty)
        #expect(try await jobs.list(of: [.sender], state: nil, tenant: nil, limit: 1).count == 1)
        let text = String(decoding: try JSON.encode(entries[0]), as: UTF8.self)
        #expect(text.contains(#""service":"chat""#) && text.contains(#""state":"queued""#) && text.contains(#""last_error":null"#))
    }

    @Test func `decides about the one that is meant`() async throws {
        let all = [ServiceName.accounts, .chat, .sender]
        #expect(try await jobs.giveUp(second, of: all, tenant: nil).job.state == .failed)
        #expect(try await jobs.retry(second, of: all, tenant: nil).job.state == .queued)
        await #expect(throws: OperatorError.self, "two services have it") { try await jobs.retry(first, of: all, tenant: nil) }
        #expect(try await jobs.giveUp(first, of: [.chat], tenant: nil).clientID == ours)
        #expect(try await jobs.giveUp(first, of: all, tenant: theirs).service == .sender)
        await #expect(throws: OperatorError.self) { try await jobs.giveUp(.new(), of: all, tenant: nil) }
        await #expect(throws: OperatorError.self) { try await jobs.giveUp(second, of: all, tenant: ours) }
    }
}

extension ServiceName {
    /// A name with a hyphen, which neither a schema nor a role has.
    fileprivate static let sender = ServiceName(rawValue: "channel-sms")
}
