import Contracts
import Hummingbird

/// When the company is open, what it promises, how it routes, how long it keeps what customers wrote.
struct BusinessRulesController {
    var routes: [Route] {
        [
            Route(.get, "/api/settings/business-rules", "getBusinessRules", .supervisors) { call in
                try await call.pass(GetBusinessRules(principal: call.principal))
            },
            Route(.put, "/api/settings/business-rules", "changeBusinessRules", .administrators) { call in
                let expected = try call.decode(Expectation.self)
                return try await call.pass(
                    SaveBusinessRules(
                        principal: call.principal, expectedVersion: expected.version, change: try call.decode(BusinessRulesChange.self)))
            },
            Route(.get, "/api/settings/audit", "listSettingsAudit", .supervisors) { call in
                try await call.pass(ListSettingsAudit(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.get, "/api/settings/sectors", "listSectors", .staff) { call in
                try await call.pass(ListSectors(principal: call.principal))
            },
        ]
    }

    private struct Expectation: Decodable {
        let version: Int

        enum CodingKeys: String, CodingKey {
            case version = "expected_version"
        }
    }
}
