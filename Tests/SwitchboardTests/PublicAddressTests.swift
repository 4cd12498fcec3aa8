import SwitchboardCommands
import Testing

@Suite struct `The gateways' address` {
    @Test func `is this machine alone by default, without a word`() {
        let address = PublicAddress(host: PublicAddress.standardHost, port: 8080)
        #expect(address.url == "http://127.0.0.1:8080")
        #expect(address.origins == ["http://127.0.0.1:8080", "http://localhost:8080"])
        for host in ["127.0.0.1", "127.0.0.2", "::1", "localhost"] { #expect(PublicAddress(host: host, port: 8080).warning == nil) }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.7", "2001:db8::7"])
    func `that others reach is said to be plain HTTP`(host: String) throws {
        let warning = try #require(PublicAddress(host: host, port: 8080).warning)
        #expect(warning.contains("plain HTTP"))
        #expect(warning.contains(host) || warning.contains("every address"))
    }

    @Test(arguments: [
        ("0.0.0.0", "http://127.0.0.1:8081"), ("::", "http://[::1]:8081"), ("192.0.2.7", "http://192.0.2.7:8081"),
        ("2001:db8::7", "http://[2001:db8::7]:8081"), ("localhost", "http://localhost:8081"),
    ])
    func `is printed as a browser here reaches it`(host: String, url: String) {
        #expect(PublicAddress(host: host, port: 8081).url == url)
        #expect(PublicAddress.isUsable(host))
    }

    @Test(arguments: ["", "example.com", "127.0.0.1:80", "http://127.0.0.1", "0.0.0.0/0", "[::]"])
    func `is an address and nothing else`(host: String) {
        #expect(!PublicAddress.isUsable(host))
    }
}
