import Contracts
import Foundation
import Testing

@Suite struct `A business calendar` {
    static let office = ["monday", "tuesday", "wednesday", "thursday", "friday"].reduce(into: [String: [OpeningHours]]()) {
        $0[$1] = [OpeningHours(opens: "08:00", closes: "12:00"), OpeningHours(opens: "13:00", closes: "16:30")]
    }
    static let always = Weekday.allCases.reduce(into: [String: [OpeningHours]]()) { $0[$1.rawValue] = [.allDay] }

    func at(_ text: String) throws -> Date { try #require(Timestamp.date(text)) }

    @Test func `opens, pauses and closes by the clock on its wall`() throws {
        let oslo = try BusinessCalendar(timeZone: "Europe/Oslo", hours: Self.office, holidays: [])
        // 2026-11-25 is a Wednesday, one hour ahead of the world's clock.
        #expect(try !oslo.isOpen(at: at("2026-11-25T06:59:59Z")))
        #expect(try oslo.isOpen(at: at("2026-11-25T07:00:00Z")))
        #expect(try !oslo.isOpen(at: at("2026-11-25T11:00:00Z")))
        #expect(try oslo.nextOpening(after: at("2026-11-25T11:00:00Z")) == at("2026-11-25T12:00:00Z"))
        #expect(try oslo.nextClosing(after: at("2026-11-25T12:30:00Z")) == at("2026-11-25T15:30:00Z"))
        #expect(try oslo.nextOpening(after: at("2026-11-27T20:00:00Z")) == at("2026-11-30T07:00:00Z"), "not at the weekend")
        #expect(try oslo.businessSeconds(from: at("2026-11-23T00:00:00Z"), to: at("2026-11-30T00:00:00Z")) == 5 * 27_000)
        #expect(try oslo.instant(after: 27_001, from: at("2026-11-27T07:00:00Z")) == at("2026-11-30T07:00:01Z"))
    }

    @Test func `is closed on a holiday, or has that day's own hours, until and from midnight`() throws {
        let calendar = try BusinessCalendar(
            timeZone: "UTC", hours: Self.always,
            holidays: [
                Holiday(date: "2026-12-25", name: "Christmas Day"),
                Holiday(date: "2026-12-31", name: "New Year's Eve", hours: [OpeningHours(opens: "09:00", closes: "12:00")]),
            ])
        #expect(try calendar.isOpen(at: at("2026-12-24T23:59:59Z")))
        #expect(try !calendar.isOpen(at: at("2026-12-25T00:00:00Z")))
        #expect(try calendar.nextOpening(after: at("2026-12-25T12:00:00Z")) == at("2026-12-26T00:00:00Z"))
        #expect(try calendar.nextClosing(after: at("2026-12-20T12:00:00Z")) == at("2026-12-25T00:00:00Z"), "open across midnights")
        #expect(try calendar.businessSeconds(from: at("2026-12-31T00:00:00Z"), to: at("2027-01-01T00:00:00Z")) == 3 * 3600)
    }

    @Test(arguments: [
        // A day of 23, 25, 24.5 and 23.5 hours; changes at midnight; days that do not begin at 00:00.
        ("Europe/Oslo", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * 3600),
        ("Europe/Oslo", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 * 3600),
        ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 88_200),
        ("Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 84_600),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", 23 * 3600),
        ("America/Sao_Paulo", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z", 25 * 3600),
        ("Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z", 23 * 3600),
        ("Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z", 23 * 3600),
        ("Asia/Kathmandu", "2026-03-28T18:15:00Z", "2026-03-29T18:15:00Z", 24 * 3600),
    ])
    func `counts a day that a change of the clock shortens or lengthens`(zone: String, from: String, to: String, seconds: Int) throws {
        let date = try #require(CivilDate(String(Timestamp.text(try at(from).addingTimeInterval(12 * 3600)).prefix(10))))
        let (before, after) = (CivilDate(dayNumber: date.dayNumber - 1), CivilDate(dayNumber: date.dayNumber + 1))
        // The days around are closed, so that only this day's own seconds can be counted.
        let calendar = try BusinessCalendar(
            timeZone: zone, hours: Self.always,
            holidays: [before, after].map { Holiday(date: $0.description, name: "Closed") })
        let (start, end) = (try at(from), try at(to))
        #expect(calendar.isOpen(at: start) && calendar.isOpen(at: end - 1), "the day is what the test says")
        #expect(!calendar.isOpen(at: start - 1) && !calendar.isOpen(at: end))
        #expect(calendar.businessSeconds(from: start - 86_400, to: end + 86_400) == seconds)
        #expect(calendar.instant(after: seconds, from: start - 7200) == end)
    }

    @Test func `counts an hour twice that comes twice, and none that is left out`() throws {
        let night = ["sunday": [OpeningHours(opens: "02:00", closes: "03:00")]]
        let calendar = try BusinessCalendar(timeZone: "Europe/Oslo", hours: night, holidays: [])
        #expect(try calendar.businessSeconds(from: at("2026-03-29T00:00:00Z"), to: at("2026-03-29T12:00:00Z")) == 0)
        #expect(try calendar.businessSeconds(from: at("2026-10-25T00:00:00Z"), to: at("2026-10-25T12:00:00Z")) == 7200)
        #expect(try calendar.nextOpening(after: at("2026-03-28T12:00:00Z")) == at("2026-04-05T00:00:00Z"))
    }

    @Test func `that never opens or never closes says so`() throws {
        let never = try BusinessCalendar(timeZone: "UTC", hours: [:], holidays: [])
        let always = try BusinessCalendar(timeZone: "UTC", hours: Self.always, holidays: [])
        let now = try at("2026-11-25T12:00:00Z")
        #expect(never.nextOpening(after: now) == nil && never.instant(after: 1, from: now) == nil)
        #expect(never.instant(after: 0, from: now) == now && never.businessSeconds(from: now, to: now + 1e8) == 0)
        #expect(always.nextClosing(after: now) == nil && always.nextOpening(after: now) == now)
    }

    @Test(arguments: 1...40) func `agrees with counting minute by minute, in any zone`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let zones = [
            "Europe/Oslo", "America/New_York", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kolkata",
            "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "UTC", "Europe/Dublin",
        ]
        let zone = try #require(zones.randomElement(using: &random))
        let hours = Weekday.allCases.reduce(into: [String: [OpeningHours]]()) { $0[$1.rawValue] = Self.someHours(&random) }
        // From the days before a change of the clock, if the zone has any.
        let year = Date(timeIntervalSince1970: Double(Int.random(in: 1_500_000_000...1_800_000_000, using: &random) / 60 * 60))
        let change = try #require(TimeZone(identifier: zone)).nextDaylightSavingTimeTransition(after: year) ?? year
        let start = Date(timeIntervalSince1970: (change.timeIntervalSince1970 / 60).rounded(.down) * 60 - 60 * 1440)
        let first = Int((start.timeIntervalSince1970 / 86_400).rounded(.down))
        let holidays = Set((0..<3).map { _ in Int.random(in: first...first + 4, using: &random) }).map {
            Holiday(
                date: CivilDate(dayNumber: $0).description, name: "A holiday",
                hours: Bool.random(using: &random) ? Self.someHours(&random) : [])
        }
        let calendar = try BusinessCalendar(timeZone: zone, hours: hours, holidays: holidays)

        let minutes = 4 * 1440
        var sums = [0]
        for minute in 0..<minutes { sums.append(sums[minute] + (calendar.isOpen(at: start + Double(minute * 60)) ? 60 : 0)) }
        for _ in 0..<50 {
            let (a, b) = (Int.random(in: 0...minutes, using: &random), Int.random(in: 0...minutes, using: &random))
            let (from, to) = (min(a, b), max(a, b))
            let (begin, end) = (start + Double(from * 60), start + Double(to * 60))
            let counted = calendar.businessSeconds(from: begin, to: end)
            try #require(counted == sums[to] - sums[from], "seed \(seed), \(zone), \(begin) to \(end)")
            #expect(calendar.businessSeconds(from: end, to: begin) == 0 || from == to)
            let middle = begin + Double(Int.random(in: 0...(to - from) * 60, using: &random))
            let parts = calendar.businessSeconds(from: begin, to: middle) + calendar.businessSeconds(from: middle, to: end)
            try #require(parts == counted, "seed \(seed): parts add up")
            try #require(calendar.businessSeconds(from: begin, to: end + 1) >= counted, "seed \(seed): more time is not less")
            if counted > 0 {
                let reached = try #require(calendar.instant(after: counted, from: begin))
                try #require(
                    reached <= end && calendar.businessSeconds(from: begin, to: reached) == counted, "seed \(seed): there and back")
                try #require(calendar.businessSeconds(from: begin, to: reached - 1) == counted - 1, "seed \(seed): not a second later")
            }
            if let opening = calendar.nextOpening(after: begin) {
                try #require(calendar.isOpen(at: opening) && calendar.businessSeconds(from: begin, to: opening) == 0, "seed \(seed)")
            }
        }
    }

    private static func someHours(_ random: inout SeededNumbers) -> [OpeningHours] {
        let edges = Set((0..<2 * Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...1440, using: &random) }).sorted()
        return stride(from: 0, to: edges.count - 1, by: 2).map { OpeningHours(opens: clock(edges[$0]), closes: clock(edges[$0 + 1])) }
    }

    private static func clock(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    @Test(
        arguments: [
            ("Mars/Olympus", [:], [], "time_zone"), ("CET", [:], [], "time_zone"), ("", [:], [], "time_zone"),
            ("GMT+2", [:], [], "time_zone"),
            ("UTC", ["someday": []], [], "hours.someday"),
            ("UTC", ["monday": [("9:00", "10:00")]], [], "hours.monday[0].opens"),
            ("UTC", ["monday": [("09:00", "24:01")]], [], "hours.monday[0].closes"),
            ("UTC", ["monday": [("09:00", "10:60")]], [], "hours.monday[0].closes"),
            ("UTC", ["monday": [("10:00", "10:00")]], [], "hours.monday[0].closes"),
            ("UTC", ["friday": [("22:00", "02:00")]], [], "hours.friday[0].closes"),
            ("UTC", ["monday": [("09:00", "12:00"), ("11:59", "13:00")]], [], "hours.monday[1].opens"),
            ("UTC", ["monday": [("12:00", "13:00"), ("09:00", "12:01")]], [], "hours.monday[1].opens"),
            ("UTC", ["sunday": Array(repeating: ("00:00", "00:01"), count: 11)], [], "hours.sunday"),
            ("UTC", [:], ["2026-02-29"], "holidays[0].date"), ("UTC", [:], ["2026-13-01"], "holidays[0].date"),
            ("UTC", [:], ["24.12.2026"], "holidays[0].date"), ("UTC", [:], ["2026-12-24", "2026-12-24"], "holidays[1].date"),
        ] as [(String, [String: [(String, String)]], [String], String)])
    func `names the member that cannot be`(zone: String, hours: [String: [(String, String)]], holidays: [String], field: String) {
        let problem = #expect(throws: FieldProblem.self) {
            try BusinessCalendar(
                timeZone: zone, hours: hours.mapValues { $0.map { OpeningHours(opens: $0.0, closes: $0.1) } },
                holidays: holidays.map { Holiday(date: $0, name: "A day") })
        }
        #expect(problem?.field == field)
    }

    @Test func `has as many holidays as two years have weeks, and no more`() throws {
        func days(_ count: Int) -> [Holiday] {
            (0..<count).map { Holiday(date: CivilDate(dayNumber: 20_000 + $0).description, name: "A day") }
        }
        _ = try BusinessCalendar(timeZone: "UTC", hours: [:], holidays: days(BusinessCalendar.holidaysMax))
        let problem = #expect(throws: FieldProblem.self) {
            try BusinessCalendar(timeZone: "UTC", hours: [:], holidays: days(BusinessCalendar.holidaysMax + 1))
        }
        #expect(problem?.field == "holidays")
    }

    @Test func `knows every day of eight centuries by its name`() throws {
        var weekday = try #require(CivilDate("1601-01-01")).weekday
        #expect(weekday == .monday, "as every calendar says")
        let first = try #require(CivilDate("1601-01-01")).dayNumber
        for number in first..<first + 292_194 {
            let date = CivilDate(dayNumber: number)
            try #require(CivilDate(date.description) == date && date.weekday == weekday)
            let next = (Weekday.allCases.firstIndex(of: weekday) ?? 0) + 1
            weekday = Weekday.allCases[next % 7]
        }
        #expect(CivilDate(dayNumber: first + 292_194).description == "2401-01-01")
    }
}
