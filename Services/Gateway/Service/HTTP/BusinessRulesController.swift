import Contracts
import Hummingbird

/// When the company is open, what it promises, how it routes, how long it keeps what customers wrote.
struct BusinessRulesController {
    var routes: [Route] {
        [
            Route(.get, "/api/settings/business-rules", "getBusinessRules", GetBusinessRules.access) { call in
                try await call.pass(GetBusinessRules(principal: call.principal))
            },
            Route(.put, "/api/settings/business-rules", "changeBusinessRules", SaveBusinessRules.access) { call in
                let draft = try call.decode(Draft.self)
                return try await call.pass(
                    SaveBusinessRules(principal: call.principal, expectedVersion: draft.expectedVersion, change: draft.change))
            },
            Route(.get, "/api/settings/audit", "listSettingsAudit", ListSettingsAudit.access) { call in
                try await call.pass(ListSettingsAudit(principal: call.principal, limit: try call.limit(), cursor: call.query("cursor")))
            },
            Route(.get, "/api/settings/sectors", "listSectors", ListSectors.access) { call in
                try await call.pass(ListSectors(principal: call.principal))
            },
        ]
    }

    /// The change's members stand beside the version that it was made from.
    struct Draft: Decodable {
        let expectedVersion: Int
        let change: BusinessRulesChange

        enum CodingKeys: String, CodingKey {
            case expectedVersion = "expected_version"
        }

        init(from decoder: any Decoder) throws {
            expectedVersion = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .expectedVersion)
            change = try BusinessRulesChange(from: decoder)
        }
    }
}

extension BusinessRulesController.Draft: Described {
    static let meaning = Meaning(
        "BusinessRulesChange", .question, "What is to be different; what is left out stays as it is.",
        fields: [
            Field("expected_version", "The version that was looked at.", .from(0)),
            Field("time_zone", "Of the IANA database.", .example("Europe/Oslo")),
            Field("hours", "Days that are left out are closed.", .keys(Weekday.allCases.map(\.rawValue)), .each(.count(0, 10))),
            Field("holidays", "Days with hours of their own.", .count(0, 400)),
            Field("sla", "What the company promises; the first target that fits a conversation counts.", .count(0, 50)),
            Field("routing", "How conversations find their agent."),
            Field("retention", "How long what customers wrote is kept."),
            Field("sectors", "The parts of the company; `general` is always one.", .count(1, 100)),
        ])
}
