/// How a company works: one document, changed as a whole. What a document of an older version lacks has its default.
package struct BusinessRules: Codable, Sendable, Equatable {
    /// Counts the changes, from 1; 0: the defaults, which nobody has changed yet.
    package var version: Int
    /// Of the IANA database; opening hours and holidays are times there.
    package var timeZone: String
    /// By weekday, `monday` to `sunday`; days that are left out are closed.
    package var hours: [String: [OpeningHours]]
    package var holidays: [Holiday]
    package var sla: [ServiceTarget]
    package var routing: RoutingSettings
    package var retention: RetentionRules
    package var sectors: [SectorName]

    package static let standard = BusinessRules(version: 0, routing: .standard)

    /// Who never said when it is open is never closed.
    package static let alwaysOpen = Weekday.allCases.reduce(into: [String: [OpeningHours]]()) { $0[$1.rawValue] = [.allDay] }

    package init(
        version: Int, routing: RoutingSettings, timeZone: String = "UTC", hours: [String: [OpeningHours]] = Self.alwaysOpen,
        holidays: [Holiday] = [], sla: [ServiceTarget] = [], retention: RetentionRules = .standard,
        sectors: [SectorName] = [SectorName(name: SectorName.general)]
    ) {
        self.version = version
        self.timeZone = timeZone
        self.hours = hours
        self.holidays = holidays
        self.sla = sla
        self.routing = routing
        self.retention = retention
        self.sectors = sectors
    }

    /// - Throws: ``FieldProblem`` if the hours are none.
    package func calendar() throws(FieldProblem) -> BusinessCalendar {
        try BusinessCalendar(timeZone: timeZone, hours: hours, holidays: holidays)
    }

    /// The one that counts for such a conversation.
    package func target(channel: Channel, sector: String?, priority: Int) -> ServiceTarget? {
        sla.first { $0.fits(channel: channel, sector: sector ?? SectorName.general, priority: priority) }
    }

    private enum CodingKeys: String, CodingKey {
        case version, hours, holidays, sla, routing, retention, sectors
        case timeZone = "time_zone"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let standard = Self.standard
        version = try container.decode(Int.self, forKey: .version)
        timeZone = try container.decodeIfPresent(String.self, forKey: .timeZone) ?? standard.timeZone
        hours = try container.decodeIfPresent([String: [OpeningHours]].self, forKey: .hours) ?? standard.hours
        holidays = try container.decodeIfPresent([Holiday].self, forKey: .holidays) ?? standard.holidays
        sla = try container.decodeIfPresent([ServiceTarget].self, forKey: .sla) ?? standard.sla
        routing = try container.decodeIfPresent(RoutingSettings.self, forKey: .routing) ?? standard.routing
        retention = try container.decodeIfPresent(RetentionRules.self, forKey: .retention) ?? standard.retention
        sectors = try container.decodeIfPresent([SectorName].self, forKey: .sectors) ?? standard.sectors
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(timeZone, forKey: .timeZone)
        try container.encode(hours, forKey: .hours)
        try container.encode(holidays, forKey: .holidays)
        try container.encode(sla, forKey: .sla)
        try container.encode(routing, forKey: .routing)
        try container.encode(retention, forKey: .retention)
        try container.encode(sectors, forKey: .sectors)
    }
}

extension BusinessRules: Described {
    package static let meaning = Meaning(
        "BusinessRules", .answer, "How a company works: one document, changed as a whole.",
        fields: [
            Field("version", "Counts the changes, from 1; 0: the defaults, which nobody has changed yet.", .from(0)),
            Field("time_zone", "Of the IANA database.", .example("Europe/Oslo")),
            Field("hours", "Days that are left out are closed.", .keys(Weekday.allCases.map(\.rawValue)), .each(.count(0, 10))),
            Field("holidays", "Days with hours of their own.", .count(0, 400)),
            Field("sla", "What the company promises; the first target that fits a conversation counts.", .count(0, 50)),
            Field("routing", "How conversations find their agent."),
            Field("retention", "How long what customers wrote is kept."),
            Field("sectors", "The parts of the company; `general` is always one.", .count(1, 100)),
        ])
}
