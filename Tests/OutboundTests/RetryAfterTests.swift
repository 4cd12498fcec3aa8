import Foundation
import Outbound
import Testing

@Suite struct `A Retry-After field` {
    private let now = Date(timeIntervalSince1970: 784_111_777)  // Sun, 06 Nov 1994 08:49:37 GMT

    @Test(arguments: [
        ("0", 0), ("120", 120), (" 7 ", 7), ("2.0", 2), ("1.2", 2), ("86400", 86_400), ("86401", 86_400),
        ("99999999999999999999999", 86_400),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60),
        ("Wed Nov 16 08:49:37 1994", 86_400),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sat, 05 Nov 1994 08:49:37 GMT", 0), ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:60 GMT", 86_400),
    ])
    func `is read in each of its forms, up to a day`(text: String, seconds: Int) {
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }

    @Test(arguments: [
        "", "-1", "+1", "1e3", "0x10", "1.", ".5", "1,5", "1 2", "soon", "１２", "NaN", "inf", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 00 Nov 1994 00:00:00 GMT",
        "1994-11-06T08:49:37Z", "Sun Nov 6 08:50:37 1994", String(repeating: "1", count: 65),
    ])
    func `that is none of them is left out`(text: String) {
        #expect(RetryAfter.seconds(text, now: now) == nil)
    }

    @Test func `with two digits means the year that is nearest`() {
        let later = Date(timeIntervalSince1970: 1_796_040_000)  // 2026-11-30 12:00 UTC
        #expect(RetryAfter.seconds("Monday, 30-Nov-26 12:00:09 GMT", now: later) == 9)
        #expect(RetryAfter.seconds("Sunday, 06-Nov-94 08:49:37 GMT", now: later) == 0, "1994, not 2094")
    }
}
