import Contracts
import Foundation
import Testing

@Suite struct `A list's cursor` {
    let id = UUID.version7()
    let time = Date(microseconds: 1_795_231_655_926_535)

    @Test func `gives back what was written, in its order`() throws {
        var cursor = try #require(
            ListCursor(ListCursor.text(.integer(-3), .time(time), .time(nil), .text("Ana.\nO'Neil \u{1f600}"), .id(id))))
        #expect(cursor.integer(in: -5...5) == -3)
        var hasNoTime = cursor.hasNoTime()
        #expect(!hasNoTime)
        #expect(cursor.time() == time)
        hasNoTime = cursor.hasNoTime()
        #expect(hasNoTime)
        #expect(cursor.text() == "Ana.\nO'Neil \u{1f600}")
        #expect(!cursor.isAtEnd)
        #expect(cursor.id(Entity.self)?.uuid == id)
        #expect(cursor.isAtEnd)
        #expect(cursor.integer(in: 0...9) == nil && cursor.time() == nil && cursor.text() == nil && cursor.id(Entity.self) == nil)
    }

    @Test(arguments: [
        "-9223372036854775808", "-9223372036854775807", "9223372036854775807", "9223372036854775806", "9007199254740993000",
        "-62135596800000001", "253402300800000000", "9223372036854775808", "1e18", "NaN", "", " 1", "+", "0x1", "１",
    ])
    func `has no time outside the years 1 to 9999, and no other number`(text: String) throws {
        var cursor = try #require(ListCursor("\(text).\(id)"))
        #expect(cursor.time() == nil)
        cursor = try #require(ListCursor(text))
        #expect(cursor.integer(in: -10...10) == nil)
    }

    @Test func `has the first and the last time`() throws {
        for time in [Timestamp.earliest, Timestamp.latest] {
            var cursor = try #require(ListCursor(ListCursor.text(.time(time))))
            #expect(cursor.time() == time)
        }
        var far = try #require(ListCursor(ListCursor.text(.time(Date(timeIntervalSince1970: 1e300)))))
        #expect(far.time() == Timestamp.latest)
    }

    @Test func `has no text with NUL, none that is not UTF-8, and no other form of the same`() throws {
        for text in [Base64URL.encode([0]), Base64URL.encode([65, 0]), Base64URL.encode([0xff]), "QQ==", "Q", "QQ QQ", "%"] {
            var cursor = try #require(ListCursor(text))
            #expect(cursor.text() == nil, "\(text)")
        }
        var empty = try #require(ListCursor(ListCursor.text(.text(""))))
        #expect(empty.text() == "")
    }

    @Test func `is not read beyond its length`() {
        #expect(ListCursor(String(repeating: "a", count: ListCursor.bytesMax)) != nil)
        #expect(ListCursor(String(repeating: "a", count: ListCursor.bytesMax + 1)) == nil)
        let longest = ListCursor.text(.text(String(repeating: "\u{1f600}", count: 200)), .id(id))
        #expect(longest.utf8.count <= ListCursor.bytesMax)
    }

    @Test func `keeps the form that conversations have had`() {
        #expect(ListCursor.text(.time(time), .id(id)) == "1795231655926535.\(id.lowercased)")
        #expect(ListCursor.text(.time(nil), .id(id)) == "9223372036854775807.\(id.lowercased)")
    }
}
