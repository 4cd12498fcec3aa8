import Contracts
import Testing

@Suite struct `A rule of text` {
    /// One letter to a reader.
    private static func stacked(_ accents: Int) -> String { "a" + String(repeating: "\u{301}", count: accents) }

    @Test func `counts bytes and scalars, whatever a reader takes for one letter`() {
        let stacked = Self.stacked(120_000)
        #expect(stacked.count == 1, "without it this test proves nothing")
        #expect(TextRule.message.problem(of: stacked) == .tooManyBytes(240_001, limit: 65_536))
        #expect(TextRule.line.problem(of: Self.stacked(500)) == .tooManyScalars(501, limit: 500))
        #expect(TextRule.line.problem(of: Self.stacked(499)) == nil)
        #expect(TextRule.name.problem(of: String(repeating: "\u{1f600}", count: 200)) == nil)
        #expect(TextRule.name.problem(of: String(repeating: "x", count: 201)) == .tooManyScalars(201, limit: 200))
        #expect(TextRule.message.problem(of: String(repeating: "x", count: 65_536)) == nil)
        #expect(TextProblem.tooManyBytes(9, limit: 8).detail == "has 9 bytes; at most 8 are taken")
    }

    @Test(arguments: [
        "", " ", "\n\t ", "\u{a0}", "\u{200b}", "\u{3164}", "\u{2800}", "\u{ffa0}\u{115f}", "\u{feff}", "\u{200d}\u{fe0f}", "\u{ad}",
        "\u{e0041}",
        "\u{202e}", "\u{3000}", "\u{180e}",
    ])
    func `takes for nothing what nobody sees`(_ text: String) {
        #expect(TextRule.message.problem(of: text) == .empty)
        #expect(!text.showsSomething)
    }

    @Test(arguments: ["a", " a ", "\u{e5}", "\u{1f468}\u{200d}\u{1f469}", "\u{200f}\u{5e9}", ".", "\u{4e2d}", "a\u{301}"])
    func `takes for something what anybody sees`(_ text: String) {
        #expect(TextRule.name.problem(of: text) == nil)
    }

    @Test func `lets a line be left empty that may be taken away, and not filled with nothing`() {
        #expect(TextRule.line.problem(of: "") == nil)
        #expect(TextRule.line.problem(of: "\u{3164}") == .empty)
        #expect(TextRule.name.problem(of: "") == .empty)
    }

    @Test func `refuses control characters, but line breaks and tabs in texts of several lines`() {
        for text in ["a\0b", "a\u{1}b", "a\u{7f}b", "a\u{85}b", "a\u{1b}[31m"] {
            #expect(TextRule.message.problem(of: text) != nil, "\(text.unicodeScalars.map(\.value))")
            #expect(TextRule.name.problem(of: text) != nil)
        }
        #expect(TextRule.message.problem(of: "a\r\nb\tc\nd\u{2028}e") == nil)
        for text in ["a\nb", "a\tb", "a\rb", "a\u{2028}b", "a\u{2029}b"] { #expect(TextRule.name.problem(of: text) != nil) }
        #expect(TextRule.page.problem(of: "a\u{1}b") == nil, "what another program wrote is taken")
        #expect(TextRule.page.problem(of: "a\0b") == .forbidden(0))
        #expect(TextProblem.forbidden(0x1b).detail == "contains the control character U+001B; leave it out")
    }

    @Test func `cuts between letters, and through one that alone is too long`() {
        #expect(TextRule.preview.cut("short") == "short")
        #expect(TextRule.preview.cut(String(repeating: "x", count: 300)) == String(repeating: "x", count: 200))
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"  // five scalars
        #expect(TextRule.preview.cut(String(repeating: "x", count: 198) + family) == String(repeating: "x", count: 198))
        #expect(TextRule.preview.cut(Self.stacked(100_000)).unicodeScalars.count == 200)
    }
}
