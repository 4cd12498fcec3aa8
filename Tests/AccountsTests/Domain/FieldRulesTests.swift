import AccountsService
import Contracts
import Foundation
import Testing

@Suite struct `A field` {
    @Test(arguments: [
        ("ana@acme.example", "ana@acme.example"), (" ANA@Acme.Example ", "ana@acme.example"),
        ("o'neil+tag@mail.acme.example", "o'neil+tag@mail.acme.example"),
        ("j\u{f6}rg@m\u{fc}ller.example", "j\u{f6}rg@m\u{fc}ller.example"),
    ])
    func `that is an e-mail is kept in lower case`(_ given: String, _ kept: String) throws {
        #expect(try EmailAddress(given).text == kept)
    }

    @Test(arguments: [
        "ana", "@acme.example", "ana@", "ana@acme", "ana@@acme.example", "a na@acme.example", "ana@acme..example", "ana@-acme.example",
        ".ana@acme.example", "ana.@acme.example", "a..na@acme.example", "ana@acme.example.", "<ana@acme.example>", "ana@acme.exam ple",
        "ana,bruno@acme.example", "ana\n@acme.example",
    ])
    func `that is no e-mail is refused`(_ given: String) {
        #expect(throws: AccountsError.fieldInvalid(field: "email", detail: "must look like name@company.example")) {
            try EmailAddress(given)
        }
    }

    @Test func `e-mail has a length`() throws {
        let domain = "@" + String(repeating: "a", count: 60) + ".example"
        _ = try EmailAddress(String(repeating: "x", count: 64) + domain)
        #expect(throws: AccountsError.self) { try EmailAddress(String(repeating: "x", count: 65) + domain) }
        #expect(throws: AccountsError.fieldInvalid(field: "email", detail: "must have at most 254 bytes")) {
            try EmailAddress("x@" + String(repeating: "a.", count: 130) + "example")
        }
    }

    @Test func `that is a name counts what it costs, and must show something`() throws {
        #expect(try FieldRules.name("  Ana \u{e5}  ") == "Ana \u{e5}")
        #expect(throws: AccountsError.fieldInvalid(field: "name", detail: "has 801 bytes; at most 800 are taken")) {
            try FieldRules.name("a" + String(repeating: "\u{301}", count: 400))
        }
        for empty in ["", " ", "\u{200b}", "\u{3164}\u{2800}"] {
            #expect(throws: AccountsError.fieldInvalid(field: "name", detail: "is empty, or nothing in it can be seen")) {
                try FieldRules.name(empty)
            }
        }
        #expect(throws: AccountsError.self) { try FieldRules.name("a\0b") }
        #expect(throws: AccountsError.self) { try FieldRules.greeting("a\0b") }
        #expect(try FieldRules.greeting("") == "")
    }

    @Test func `that is a password longer than any is hashed as it is, without being put in order`() {
        let accents = "e" + String(repeating: "\u{301}\u{323}", count: 60_000)
        #expect(PasswordRules.bytes(accents).count == 4 * PasswordRules.lengthMax + 1)
        #expect(PasswordRules.bytes("e\u{301}") == Array("\u{e9}".utf8))
    }

    @Test func `slug has two to forty letters, digits and hyphens`() {
        for slug in ["ab", "acme-2", String(repeating: "a", count: 40)] { #expect(FieldRules.isSlug(slug)) }
        for slug in ["", "a", "Acme", "ac me", "ac_me", "\u{e4}cme", String(repeating: "a", count: 41)] {
            #expect(!FieldRules.isSlug(slug))
        }
    }

    @Test(arguments: [
        ("https://www.example.com", "https://www.example.com"), ("HTTP://Example.COM:80", "http://example.com"),
        ("http://localhost:8080", "http://localhost:8080"), ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://xn--mller-kva.example:443", "https://xn--mller-kva.example"), ("http://192.0.2.1", "http://192.0.2.1"),
    ])
    func `that is an origin is kept in its normal form`(_ given: String, _ kept: String) { #expect(WebOrigin(given)?.text == kept) }

    @Test func `that is a cursor says exactly where the list goes on`() throws {
        let (time, id) = (Date(microseconds: 1_795_233_600_123_456), UUID.version7())
        let cursor = ListCursor.text(.time(time), .id(id))
        let position = try ListPosition(cursor)
        #expect(position.createdAt == time && position.id == id)
        let wrong = ["", "%", cursor + "A", cursor + ".", "x", "x.y", "-9223372036854775808.\(id)", ListCursor.text(.time(nil), .id(id))]
        for wrong in wrong {
            #expect(throws: AccountsError.fieldInvalid(field: "cursor", detail: ListCursor.problem)) { try ListPosition(wrong) }
        }
    }

    @Test func `in base 64 for addresses has one form`() {
        for length in 0...65 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        for wrong in ["A", "AA==", "A+", "A/", "AA AA", "\u{e4}"] { #expect(Base64URL.decode(wrong) == nil) }
    }
}
