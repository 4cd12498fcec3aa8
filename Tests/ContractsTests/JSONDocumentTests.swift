import Contracts
import Foundation
import Testing

/// SplitMix64: the same texts on every machine.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private func reason(_ text: String, within limits: JSONLimits = .outside) -> JSONProblem.Reason? { problem(text, within: limits)?.reason }

private func problem(_ text: String, within limits: JSONLimits = .outside) -> JSONProblem? { problem(Array(text.utf8), within: limits) }

private func problem(_ bytes: [UInt8], within limits: JSONLimits = .outside) -> JSONProblem? {
    do throws(JSONProblem) {
        _ = try JSONDocument(bytes, within: limits)
        return nil
    } catch {
        return error
    }
}

@Suite struct `A JSON document` {
    static let words = ["null", "true", "false", "0", "-1", "12", "1.5", "1e3", "-0", "9223372036854775807", "9223372036854775808", "1E-3"]
    static let texts = [#""""#, #""a""#, #""\n\\u0000""#, #""é🚚""#, #""\ud83d\ude00""#, #""\/\"""#, #""\u00e9""#]
    static let letters = Array("{}[],:\"\\u0123dDeE.+-tfn \n\u{1}é".utf8)

    private static func value(_ depth: Int, _ random: inout Seeded) -> String {
        switch Int.random(in: 0..<(depth > 5 ? 4 : 8), using: &random) {
        case 0, 1: words.randomElement(using: &random)!
        case 2, 3: texts.randomElement(using: &random)!
        case 4, 5: "[" + (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth + 1, &random) }.joined(separator: " , ") + "]"
        default:
            "{" + (0..<Int.random(in: 0..<4, using: &random)).map { "\"k\($0)\":" + value(depth + 1, &random) }.joined(separator: ",") + "}"
        }
    }

    /// As it is, or with a byte or two added, changed or lost.
    private static func text(_ random: inout Seeded) -> [UInt8] {
        var bytes = Array(value(0, &random).utf8)
        for _ in 0..<Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(letters.randomElement(using: &random)!, at: place)
            default: bytes[place] = letters.randomElement(using: &random)!
            }
        }
        return bytes
    }

    @Test func `is what Foundation takes for one, commas before an end aside`() throws {
        var random = Seeded(state: 7)
        var (taken, refused) = (0, 0)
        for _ in 0..<20_000 {
            let bytes = Self.text(&random)
            // Numbers beyond a double are a document's form, and no value.
            let value = try? JSON.decode(JSONValue.self, from: bytes)
            let isOurs = value != nil
            let isTheirs = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            if isOurs { taken += 1 } else { refused += 1 }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(isOurs == isTheirs || (isTheirs && text.contains(/,\s*[\]}]/)), "\(text)")
            if let value {
                #expect(try JSON.decode(JSONValue.self, from: JSON.encode(value)) == value, "\(text)")
            }
        }
        #expect(taken > 5_000 && refused > 5_000, "\(taken) and \(refused): one of them proves nothing")
    }

    @Test func `says what Foundation's decoder says`() throws {
        struct Everything: Codable, Equatable {
            struct Part: Codable, Equatable {
                let name: String
                let numbers: [Double]
            }
            let whole: Int
            let small: UInt8
            let fraction: Double
            let yes: Bool
            let none: String?
            let absent: Int?
            let parts: [Part]
            let byName: [String: Part]
            let escaped: String
            let nested: [[Int?]]
        }
        let text = #"""
            {"whole": -12, "small": 2e2, "fraction": 5, "yes": true, "none": null, "parts": [{"name": "a", "numbers": [1, 2.5, -1e-3]}, {"name": "",
            "numbers": []}], "byName": {"x": {"name": "y", "numbers": [0]}}, "escaped": "\u00e9\ud83d\ude9a\t\"\\\/\u0000é🚚", "nested": [[1, null], []],
            "more": [{}]}
            """#
        #expect(try JSON.decode(Everything.self, from: text.utf8) == JSONDecoder().decode(Everything.self, from: Data(text.utf8)))
    }

    @Test func `has its limits on the bytes, before anything is decoded`() {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(problem(nested(32)) == nil)
        #expect(reason(nested(33)) == .tooDeep)
        #expect(reason(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep)
        #expect(problem("[" + String(repeating: "1,", count: 9_998) + "1]") == nil)
        #expect(reason("[" + String(repeating: "1,", count: 9_999) + "1]") == .tooManyValues)
        #expect(reason("{" + (0..<10_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}") == .tooManyValues)
        #expect(problem(#"{"a":["# + String(repeating: "1", count: 64) + "]}") == nil)
        #expect(problem(#"{"a":["# + String(repeating: "1", count: 65) + "]}")?.place == "a[0]")
        #expect(problem(nested(600), within: .inside) == nil)
        #expect(reason(nested(601), within: .inside) == .tooDeep)
    }

    @Test(arguments: [
        (#"{"a": {"b": [0, NaN]}}"#, JSONProblem.Reason.badNumber, "a.b[1]"), (#"{"a": -Infinity, "b": 01}"#, .badNumber, "a"),
        (#"{"a": 1e}"#, .badNumber, "a"), (#"{"a": True}"#, .badNumber, "a"), (#"{"page": {"title": "x \ud83d"}}"#, .badText, "page.title"),
        (#"{"a": "\udc00"}"#, .badText, "a"), (#"{"a": "\ud83d\u0041"}"#, .badText, "a"), (#"{"a": "\x"}"#, .badText, "a"),
        ("{\"a\": \"\n\"}", .badText, "a"), (#"{"a": [{"b": "\u0000"}]}"#, .holdsNUL, "a[0].b"), (#"{"a\u0000": 1}"#, .holdsNUL, "a\0"),
        (#"{"a": NaN}}"#, .notJSON, ""), (#"{"a": "\ud83d}"#, .notJSON, ""), ("", .notJSON, ""), (#"{"a" 1}"#, .notJSON, ""),
        ("[1,]", .notJSON, ""), ("NaN", .badNumber, ""), ("1 2", .notJSON, ""), ("{}}", .notJSON, ""),
    ])
    func `names the place of what cannot be taken`(text: String, reason: JSONProblem.Reason, place: String) {
        #expect(problem(text)?.reason == reason)
        #expect(problem(text)?.place == place)
    }

    @Test func `is UTF-8, and says where it is not`() {
        let bytes = Array(#"{"a": {"b": "x"#.utf8) + [0xC3, 0x28] + Array(#""}}"#.utf8)
        #expect(problem(bytes)?.reason == .notUTF8)
        #expect(problem(bytes)?.place == "a.b")
        #expect(problem([0xFF, 0xFE])?.reason == .notUTF8)
        #expect(problem([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == nil, "a mark at the beginning is allowed")
        #expect(reason("{\"a\": \"\u{FEFF}\u{301}👩‍👩‍👧\"}") == nil)
    }

    @Test func `may hold a backslash before u0000`() throws {
        let value = try JSON.decode(JSONValue.self, fromStranger: Array(#"{"path": "C:\\u0000"}"#.utf8), refusesUnknown: true)
        #expect(value == ["path": #"C:\u0000"#])
    }

    @Test func `names its place shortly, however long its members' names are`() throws {
        let long = String(repeating: "e\u{301}", count: 10_000)
        let place = try #require(problem(#"{"\#(long)": NaN}"#)?.place)
        #expect(place.unicodeScalars.count == 64)
    }
}

@Suite struct `What a stranger sends` {
    private struct Body: Decodable {
        struct Part: Decodable {
            let name: String
            let count: Int?
        }
        let part: Part?
        let parts: [Part]?
        let named: [String: Part]?
        let metadata: [String: JSONValue]?
        let free: JSONValue?
        let at: Date?
        let weight: Double?
    }

    private func refusal(_ text: String) -> (any Error)? {
        do {
            _ = try JSON.decode(Body.self, fromStranger: Array(text.utf8), refusesUnknown: true)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        (#"{"x": 1}"#, "x"), (#"{"part": {"name": "a", "nmae": 1}}"#, "part.nmae"),
        (#"{"parts": [{"name": "a"}, {"name": "b", "y": {}}]}"#, "parts[1].y"),
        (#"{"named": {"k": {"name": "a", "z": null}}}"#, "named.k.z"),
        (#"{"metadata": {"anything": {"x": 1}}, "Metadata": {}}"#, "Metadata"),
    ])
    func `is refused by the member that nobody reads`(text: String, place: String) throws {
        let problem = try #require(refusal(text) as? JSONProblem)
        #expect(problem.reason == .unknownMember)
        #expect(problem.place == place)
    }

    @Test(arguments: [
        "{}", #"{"part": null, "free": {"a": [{"b": 1}]}, "metadata": {"a": {"b": {}}}}"#,
        #"{"named": {"anything": {"name": "a", "count": null}}}"#,
    ])
    func `is taken where each member is read, or free`(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test func `does not say a thing twice`() throws {
        let problem = try #require(refusal(#"{"part": {"name": "a", "name": "b"}}"#) as? JSONProblem)
        #expect(problem.reason == .repeatedMember)
        #expect(problem.place == "part.name")
    }

    @Test(arguments: [
        (#"{"part": {"name": "a", "count": 1.5}}"#, "part.count"),
        (#"{"part": {"name": "a", "count": 99999999999999999999}}"#, "part.count"),
        (#"{"weight": 1e999}"#, "weight"), (#"{"metadata": {"a": [0, -1e999]}}"#, "metadata.a[1]"), (#"{"at": "yesterday"}"#, "at"),
    ])
    func `is refused by the member whose value cannot be taken`(text: String, place: String) throws {
        guard case .dataCorrupted(let context)? = refusal(text) as? DecodingError else {
            Issue.record("\(String(describing: refusal(text)))")
            return
        }
        #expect(JSONPath.text(context.codingPath) == place)
        #expect(context.debugDescription.hasPrefix("is "))
    }

    @Test func `keeps whole numbers whole`() throws {
        let value = try JSON.decode(JSONValue.self, from: "[1, 1.0, 1e2, -0, 1.5, 9223372036854775807, 9223372036854775808, 1e-2]".utf8)
        #expect(
            value
                == [
                    1, 1, 100, 0, .number(1.5), .integer(.max), .number(9_223_372_036_854_775_808), .number(0.01),
                ])
    }
}

@Suite struct `A token's header` {
    @Test func `is read for three members, and only when it is short and flat`() throws {
        func header(_ text: String) -> TokenHeader? { TokenHeader(Array(text.utf8)) }
        let good = try #require(header(#"{"alg": "EdDSA", "kid": "k", "typ": "JWT"}"#))
        #expect(good.algorithm == "EdDSA" && good.keyName == "k" && !good.isCritical)
        #expect(header(#"{"alg": "EdDSA", "crit": ["exp"]}"#)?.isCritical == true)
        #expect(header(#"{"alg": "EdDSA", "kid": 7}"#)?.keyName == nil)
        let nested = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        for text in [
            "", "[]", "{}", #"{"alg": 1}"#, #"{"alg": "EdDSA", "x": [[]]}"#, #"{"alg": "EdDSA", "x": \#(nested)}"#,
            #"{"alg": "EdDSA", "x": "\#(String(repeating: "x", count: TokenHeader.lengthMax))"}"#,
        ] {
            #expect(header(text) == nil, "\(text)")
        }
    }
}
