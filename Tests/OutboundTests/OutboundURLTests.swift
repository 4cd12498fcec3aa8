import Foundation
import Outbound
import Testing

@Suite struct `An address to ask` {
    @Test(arguments: [
        ("https://api.example.com", "https://api.example.com:443", "/"),
        ("HTTPS://API.Example.COM:8443/a/b?c=%20d#e", "https://api.example.com:8443", "/a/b?c=%20d"),
        ("http://example.com?q", "http://example.com:80", "/?q"),
        ("https://93.184.216.34/", "https://93.184.216.34:443", "/"),
        ("https://[2606:2800:220:1::1]:8443/x", "https://[2606:2800:220:1::1]:8443", "/x"),
        ("https://[2606:2800:0220:0001:0:0:0:1]/", "https://[2606:2800:220:1::1]:443", "/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example:443", "/"),
        ("https://a_b.example-c.com/@user:1", "https://a_b.example-c.com:443", "/@user:1"),
        ("https://1e1.example/", "https://1e1.example:443", "/"),
        ("https://example.com//evil.com/", "https://example.com:443", "//evil.com/"),
    ])
    func `is read in one way`(text: String, origin: String, target: String) throws {
        let url = try OutboundURL(text)
        #expect(url.origin == origin)
        #expect(url.target == target)
    }

    static let unreadable = [
        "", "https", "https:", "https://", "https:///path", "https:/example.com", "https:example.com", "//example.com", "example.com",
        "/path",
        "ftp://example.com", "file:///etc/passwd", "gopher://example.com", "unix:///run/x.sock", "http+unix://%2Frun%2Fx/",
        "javascript:alert(1)",
        " https://example.com", "https://example.com ", "https://exa mple.com", "ht\ttps://example.com", "https://example.com\n",
        "https://exam\tple.com",
        "https://example.com/\r\nHost: x", "https://example.com\\@evil.com", "https://example.com\u{0}.evil.com", "https:\\\\example.com",
        "https://user@example.com", "https://user:password@example.com", "https://good.com@127.0.0.1", "https://@example.com",
        "https://good.com:443@127.0.0.1",
        "https://example.com:", "https://example.com:0", "https://example.com:65536", "https://example.com:99999999999",
        "https://example.com:http",
        "https://example.com:+443", "https://example.com:-1", "https://example.com:0443", "https://example.com:44 3",
        "https://example.com:443:443",
        "https://:443/", "https://example.com.", "https://example..com", "https://.example.com", "https://localhost.", "https://127.0.0.1.",
        "https://%6c%6fcalhost/", "https://127.0.0.1%2f.example.com/", "https://127%2e0%2e0%2e1/", "https://example.com%00.evil.com",
        "https://example%zz.com",
        "https://example.com/%zz", "https://example.com/%", "https://example.com/%4",
        "https://0x7f.1", "https://0x7f000001", "https://0X7F.0.0.1", "https://0x", "https://127.0.0.0x1", "https://2130706433",
        "https://017700000001",
        "https://0177.0.0.1", "https://127.0.0.01", "https://127.1", "https://127.0.1", "https://127.0.0.1.1", "https://256.0.0.1",
        "https://1.2.3.08",
        "https://example.1", "https://0", "https://00000000000000000000000",
        "https://１２７.0.0.1", "https://127。0。0。1", "https://127．0．0．1", "https://①②⑦.⓪.⓪.①", "https://ｌocalhost", "https://bücher.example",
        "https://example。com",
        "https://exam\u{ad}ple.com", "https://exam\u{200b}ple.com", "https://examp\u{131}e.com",
        "https://[::1", "https://::1", "https://[]", "https://[::1]]", "https://[[::1]]", "https://[fe80::1%25eth0]",
        "https://[fe80::1%eth0]", "https://[v1.x]",
        "https://[127.0.0.1]", "https://[::1]x", "https://[::1]:", "https://[::1]:x", "https://x[::1]", "https://[1:2:3]",
        "https://[12345::1]", "https://[::1]@x",
        "https://example.com/[", "https://example.com/?a[]=1", "https://example.com/{a}", "https://example.com/\"", "https://example.com/<",
        "https://example.com/|",
        "https://-$.com", "https://a,b.com", "https://a;b.com", "https://a&b.com", "https://example.com/é",
        "https://" + String(repeating: "a", count: 64) + ".com", "https://" + String(repeating: "a.", count: 127) + "com",
        "https://example.com/" + String(repeating: "a", count: 8_200),
    ]

    @Test(arguments: unreadable) func `that readers could read differently is refused`(text: String) {
        let error = #expect(throws: Prohibition.self) { try OutboundURL(text) }
        guard case .urlUnreadable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("https://a.example/b/c?d", "/x", "https://a.example:443", "/x"),
        ("https://a.example/b/c?d", "x?y", "https://a.example:443", "/b/x?y"),
        ("https://a.example/b/c?d", "?y", "https://a.example:443", "/b/c?y"),
        ("https://a.example/b/c?d", "//c.example/x", "https://c.example:443", "/x"),
        ("https://a.example/b/c?d", "http://c.example:81", "http://c.example:81", "/"),
        ("https://a.example/b/c?d", "#x", "https://a.example:443", "/b/c?d"),
        ("http://a.example", "x", "http://a.example:80", "/x"), ("https://a.example/b?c/d", "x", "https://a.example:443", "/x"),
    ])
    func `leads on to where a redirect points`(from: String, location: String, origin: String, target: String) throws {
        let next = try OutboundURL(from).following(location)
        #expect(next.origin == origin)
        #expect(next.target == target)
    }
}
