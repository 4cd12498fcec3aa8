/// What is to be different in business rules; what is left out stays as it is.
package struct BusinessRulesChange: Codable, Sendable, Equatable {
    package let timeZone: String?
    package let hours: [String: [OpeningHours]]?
    package let holidays: [Holiday]?
    package let sla: [ServiceTarget]?
    package let routing: RoutingSettings?
    package let retention: RetentionRules?
    package let sectors: [SectorName]?

    package init(
        timeZone: String? = nil, hours: [String: [OpeningHours]]? = nil, holidays: [Holiday]? = nil, sla: [ServiceTarget]? = nil,
        routing: RoutingSettings? = nil, retention: RetentionRules? = nil, sectors: [SectorName]? = nil
    ) {
        self.timeZone = timeZone
        self.hours = hours
        self.holidays = holidays
        self.sla = sla
        self.routing = routing
        self.retention = retention
        self.sectors = sectors
    }

    /// The same version with this change.
    package func applied(to rules: BusinessRules) -> BusinessRules {
        BusinessRules(
            version: rules.version, routing: routing ?? rules.routing, timeZone: timeZone ?? rules.timeZone, hours: hours ?? rules.hours,
            holidays: holidays ?? rules.holidays, sla: sla ?? rules.sla, retention: retention ?? rules.retention,
            sectors: sectors ?? rules.sectors)
    }

    private enum CodingKeys: String, CodingKey {
        case hours, holidays, sla, routing, retention, sectors
        case timeZone = "time_zone"
    }
}
