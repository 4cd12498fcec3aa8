import Bus
import Contracts
import Foundation
import Jobs
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Jobs through the edge` {
    private static let sender = ServiceName(rawValue: "sender")

    /// Beside the gateway a service that has one job, with its own database.
    private func withJob(_ body: @escaping @Sendable (TestGateway, JobID) async throws -> Void) async throws {
        let test = try await TestDatabase.make([Self.sender: nil])
        try await Migrator(adminURL: test.adminURL).migrate(Self.sender, JobMigrations.all())
        let store = JobStore(service: Self.sender, database: test.database(Self.sender))
        let job = NewJob(kind: "send-sms", key: "ana", payload: Array("Where is my parcel?".utf8))
        try await store.database.transaction(.tenant(TestTokens.tenant)) { transaction in
            _ = try store.enqueue([job], of: TestTokens.tenant, in: transaction)
        }
        try await withGateway({ $0.jobServices = [Self.sender, .chat] }) { gateway in
            let requests = RequestRouter(logger: .tests)
            JobHandlers(store: store, logger: .tests).register(on: requests)
            requests.install(on: gateway.network.bus(for: Self.sender))
            try await body(gateway, job.id)
        }
    }

    @Test func `are listed, given up and retried`() async throws {
        try await withJob { gateway, id in
            let listed = try await gateway.request("GET", "/api/v1/jobs?service=sender&state=queued&limit=5", as: .administrator)
            #expect(listed.status == 200)
            guard case .array(let items)? = listed.json["items"] else {
                Issue.record("no items")
                return
            }
            #expect(items.map { $0["id"] } == [.string(id.description)] && items[0]["kind"] == "send-sms")
            #expect(!String(decoding: listed.bytes, as: UTF8.self).contains("parcel"), "what it carries is not shown")
            let other = try await gateway.request("GET", "/api/v1/jobs?service=sender&state=done", as: .administrator)
            #expect(other.json["items"] == [] && other.json["next_cursor"] == .null)
            let givenUp = try await gateway.request("POST", "/api/v1/jobs/\(id)/give-up?service=sender", as: .administrator)
            #expect(givenUp.status == 200 && givenUp.json["state"] == "failed" && givenUp.json["last_error"]?["code"] == "given-up")
            let retried = try await gateway.request("POST", "/api/v1/jobs/\(id)/retry?service=sender", as: .administrator, body: [:])
            #expect(retried.status == 200 && retried.json["state"] == "queued")
        }
    }

    @Test func `are refused by name where something cannot be so`() async throws {
        try await withJob { gateway, id in
            for (path, field) in [
                ("?limit=5", "service"), ("?service=router", "service"), ("?service=sender&state=lost", "state"),
                ("?service=sender&limit=0", "limit"), ("?service=sender&cursor=x", "cursor"),
            ] {
                let answer = try await gateway.request("GET", "/api/v1/jobs\(path)", as: .administrator)
                #expect(answer.status == 400 && answer.fields == [field], "\(path)")
            }
            let unnamed = try await gateway.request("GET", "/api/v1/jobs?service=router", as: .administrator)
            #expect(String(decoding: unnamed.bytes, as: UTF8.self).contains("sender, chat"), "it says what is allowed")
            for order in ["retry", "give-up"] {
                let nobody = try await gateway.request("POST", "/api/v1/jobs/\(JobID.new())/\(order)?service=sender", as: .administrator)
                #expect(nobody.status == 404 && nobody.code == "job-not-found")
                #expect(try await gateway.request("POST", "/api/v1/jobs/42/\(order)?service=sender", as: .administrator).status == 404)
                let missing = try await gateway.request("POST", "/api/v1/jobs/\(id)/\(order)", as: .administrator)
                #expect(missing.status == 400 && missing.fields == ["service"])
                let body = try await gateway.request(
                    "POST", "/api/v1/jobs/\(id)/\(order)?service=sender", as: .administrator, body: ["force": true])
                #expect(body.status == 400 && body.fields == ["force"])
            }
        }
    }

    @Test func `of a service that knows of none are not there`() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.request("GET", "/api/v1/jobs?service=chat", as: .administrator)
            #expect(answer.status == (SuiteService.withJobs.contains { $0.name == .chat } ? 502 : 400))
        }
    }

    @Test func `name in the document the services that have some`() async throws {
        try await withGateway { gateway in
            let document = try await gateway.request("GET", "/openapi.json").json
            for (path, method) in [("/api/v1/jobs", "get"), ("/api/v1/jobs/{id}/retry", "post"), ("/api/v1/jobs/{id}/give-up", "post")] {
                guard case .array(let parameters)? = document["paths"]?[path]?[method]?["parameters"],
                    let service = parameters.first(where: { $0["name"] == "service" })
                else {
                    Issue.record("\(path) names no service")
                    continue
                }
                let names = SuiteService.withJobs.map { JSONValue.string($0.name.rawValue) }
                #expect(service["schema"]?["enum"] == (names.isEmpty ? nil : .array(names)), "\(path)")
            }
        }
    }
}
