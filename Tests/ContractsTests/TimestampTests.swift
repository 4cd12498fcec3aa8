import Contracts
import Foundation
import Testing

@Suite struct `A time on the wire` {
    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00.000Z"), (951_782_400.5, "2000-02-29T00:00:00.500Z"), (-1.0, "1969-12-31T23:59:59.000Z"),
        (1_795_231_655.926, "2026-11-21T03:27:35.926Z"), (4_102_444_799.999, "2099-12-31T23:59:59.999Z"),
    ])
    func `is RFC 3339 in UTC with milliseconds`(seconds: Double, text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(Timestamp.text(date) == text)
        #expect(Timestamp.date(text).map(Timestamp.text) == text)
    }

    @Test func `agrees with the calendar on every day of eight hundred years`() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var checked = 0
        for day in stride(from: -135_000, to: 157_000, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            guard let year = parts.year, year >= 1600, let month = parts.month, let dayOfMonth = parts.day else { continue }
            let text = String(format: "%04d-%02d-%02dT12:00:00.000Z", year, month, dayOfMonth)
            #expect(Timestamp.text(date) == text)
            #expect(Timestamp.date(text) == date)
            checked += 1
        }
        #expect(checked > 20_000)
    }

    @Test(arguments: [
        ("2026-11-21T05:14:15+02:00", "2026-11-21T03:14:15.000Z"), ("2026-11-20t22:14:15.5-05:00", "2026-11-21T03:14:15.500Z"),
        ("2026-11-21 03:14:15z", "2026-11-21T03:14:15.000Z"),
    ])
    func `may come with any offset`(text: String, utc: String) {
        #expect(Timestamp.date(text).map(Timestamp.text) == utc)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T03:14:15", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T03:14:15.Z", "2026-11-21T03:14:15Zjunk", "2026-11-21T03:14:15+2:00", "２026-11-21T03:14:15Z",
        "2026-11-21T03:14:15+24:00", "2026-11-21T03:14:15+00:60", "2026-11-21T03:14:15." + String(repeating: "9", count: 60) + "Z",
    ])
    func `is refused when it is not one`(text: String) {
        #expect(Timestamp.date(text) == nil)
    }

    @Test(arguments: [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"), ("0001-01-01T23:59:00+23:59", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"), ("9999-12-31T00:00:00-23:59", "9999-12-31T23:59:00.000Z"),
    ])
    func `lies in the years 1 to 9999`(text: String, utc: String) {
        #expect(Timestamp.date(text).map(Timestamp.text) == utc)
    }

    @Test(arguments: [
        "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:59:60Z", "9999-12-31T23:59:59.9999999Z",
    ])
    func `is refused when its offset, or its second, moves it out of them`(text: String) {
        #expect(Timestamp.date(text) == nil)
    }

    @Test func `that is farther away is written as the nearest that can be`() {
        for seconds in [1e11 * 3, 1e18, 1e300, .infinity, .nan] {
            #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == "9999-12-31T23:59:59.999Z")
        }
        for seconds in [-1e11, -1e18, -1e300, -.infinity] {
            #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == "0001-01-01T00:00:00.000Z")
        }
        #expect(Timestamp.date(Timestamp.text(Timestamp.latest)) == Timestamp.latest)
        #expect(Timestamp.date(Timestamp.text(Timestamp.earliest)) == Timestamp.earliest)
    }

    @Test func `becomes a number of microseconds and the time-ordered part of an id, however far away`() {
        for seconds in [1e18, -1e18, .infinity, -.infinity, .nan] as [Double] {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(date.microseconds == (seconds < 0 ? .min : .max))
            #expect(UUID.version7(at: date).uuid.6 >> 4 == 7)
        }
    }
}

@Suite struct `A number that somebody sent` {
    @Test func `becomes the nearest whole one that fits`() {
        #expect(Int(saturating: 1.9) == 1 && Int(saturating: -1.9) == -1 && Int(saturating: -0.0) == 0)
        #expect(Int64(saturating: 1e308) == .max && Int64(saturating: -1e308) == .min)
        #expect(Int64(saturating: 0x1p63) == .max && Int64(saturating: -0x1p63) == .min)
        #expect(Int32(saturating: 2_147_483_648) == .max && Int32(saturating: -2_147_483_649) == .min)
        #expect(UInt64(saturating: -1) == 0 && UInt64(saturating: .infinity) == .max && Int(saturating: .nan) == .max)
    }
}

@Suite struct `An id` {
    @Test func `is written in lower case and read in any`() throws {
        let id = try #require(MessageID("0191A000-0000-7000-8000-00000000ABCD"))
        #expect(String(decoding: try JSON.encode([id]), as: UTF8.self) == #"["0191a000-0000-7000-8000-00000000abcd"]"#)
        #expect(try JSON.decode([MessageID].self, from: Array(#"["0191A000-0000-7000-8000-00000000ABCD"]"#.utf8)) == [id])
        #expect(MessageID("no-uuid") == nil)
    }

    @Test func `of ours is of version 7 and sorts by the time it was made`() {
        let early = UUID.version7(at: Date(timeIntervalSince1970: 1_795_000_000))
        let late = UUID.version7(at: Date(timeIntervalSince1970: 1_795_000_001))
        #expect(early.uuid.6 >> 4 == 7)
        #expect(early.uuid.8 >> 6 == 0b10)
        #expect(MessageID(early) < MessageID(late))
    }
}
