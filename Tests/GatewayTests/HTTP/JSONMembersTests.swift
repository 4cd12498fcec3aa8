import GatewayService
import Testing

@Suite struct `The members of a JSON object` {
    @Test func `are found without decoding them`() throws {
        let bytes = Array(#" { "a" : 1 , "b":{"c":["}",{"d":"\"]"}]}, "e":"x\\", "f":null} "#.utf8)
        let members = try #require(JSONMembers(bytes))
        func text(_ name: String) -> String? { members.ranges[name].map { String(decoding: bytes[$0], as: UTF8.self) } }
        #expect(text("a") == "1")
        #expect(text("b") == #"{"c":["}",{"d":"\"]"}]}"#)
        #expect(text("e") == #""x\\""#)
        #expect(text("f") == "null")
        #expect(members.ranges.count == 4)
    }

    @Test(arguments: [
        "", "[]", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":{", "{\"a\\", "{\"a\":1", "{\"a\":\"\\", "5", "{,", "{\"a\":}",
    ])
    func `of no object are none, and nothing is read outside`(text: String) {
        #expect(JSONMembers(Array(text.utf8)) == nil)
    }
}
