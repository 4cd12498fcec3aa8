import Contracts
import Hummingbird

/// The side effects outside of the services that have some.
struct JobController {
    let services: [ServiceName]

    var routes: [Route] {
        [
            Route(.get, "/api/v1/jobs", "listJobs", ListJobs.access) { call in
                let (limit, state) = (try call.limit(), try call.queryWord("state", of: JobState.allCases.map(\.rawValue)))
                return try await call.pass(
                    ListJobs(
                        principal: call.principal, state: state.flatMap { JobState(rawValue: $0) }, limit: limit,
                        cursor: call.query("cursor")),
                    to: try service(of: call))
            },
            Route(.post, "/api/v1/jobs/{id}/retry", "retryJob", RetryJob.access) { call in
                try call.expectNoMembers()
                return try await call.pass(RetryJob(principal: call.principal, id: try call.id("job")), to: try service(of: call))
            },
            Route(.post, "/api/v1/jobs/{id}/give-up", "giveUpJob", GiveUpJob.access) { call in
                try call.expectNoMembers()
                return try await call.pass(GiveUpJob(principal: call.principal, id: try call.id("job")), to: try service(of: call))
            },
        ]
    }

    private func service(of call: GatewayCall) throws -> ServiceName {
        guard !services.isEmpty else { throw Problem.parameter("service", "names none: no service of this version has jobs") }
        guard let name = try call.queryWord("service", of: services.map(\.rawValue)) else {
            throw Problem.parameter("service", "is missing; it is one of \(services.map(\.rawValue).joined(separator: ", "))")
        }
        return ServiceName(rawValue: name)
    }
}
