import Outbound
import ServiceKit
import Testing

@Suite struct `An IP address` {
    static let special: [(String, SpecialAddress)] = [
        ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified), ("10.0.0.0", .privateUse), ("10.255.255.255", .privateUse),
        ("100.64.0.0", .shared),
        ("100.127.255.255", .shared), ("100.100.100.200", .metadata), ("127.0.0.0", .loopback), ("127.255.255.255", .loopback),
        ("169.254.0.0", .linkLocal),
        ("169.254.169.254", .metadata), ("169.254.170.2", .metadata), ("169.254.255.255", .linkLocal), ("168.63.129.16", .metadata),
        ("172.16.0.0", .privateUse),
        ("172.31.255.255", .privateUse), ("192.0.0.0", .protocolAssignments), ("192.0.0.192", .metadata),
        ("192.0.0.255", .protocolAssignments),
        ("192.0.2.1", .documentation), ("192.31.196.1", .protocolAssignments), ("192.52.193.1", .protocolAssignments),
        ("192.88.99.1", .relay6to4),
        ("192.168.0.0", .privateUse), ("192.168.255.255", .privateUse), ("192.175.48.1", .protocolAssignments),
        ("198.18.0.0", .benchmarking),
        ("198.19.255.255", .benchmarking), ("198.51.100.1", .documentation), ("203.0.113.1", .documentation), ("224.0.0.0", .multicast),
        ("239.255.255.255", .multicast), ("240.0.0.0", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
        ("::", .unspecified), ("::1", .loopback), ("::2", .compatible), ("::127.0.0.1", .compatible), ("::ffff:127.0.0.1", .mapped),
        ("::ffff:7f00:1", .mapped),
        ("::ffff:8.8.8.8", .mapped), ("::ffff:0:127.0.0.1", .notGlobalUnicast), ("64:ff9b::7f00:1", .translated),
        ("64:ff9b::8.8.8.8", .translated),
        ("64:ff9b:1::1", .translated), ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", .translated), ("100::1", .discard),
        ("100:0:0:1::1", .notGlobalUnicast),
        ("2001::1", .teredo), ("2001:0:7f00:1::", .teredo), ("2001:2::1", .benchmarking), ("2001:10::1", .orchid),
        ("2001:2f:ffff::1", .orchid),
        ("2001:1::1", .protocolAssignments), ("2001:1ff:ffff::1", .protocolAssignments), ("2001:db8::1", .documentation),
        ("2002:7f00:1::1", .sixToFour),
        ("3fff::1", .documentation), ("3fff:fff:ffff::1", .documentation), ("5f00::1", .notGlobalUnicast), ("4000::1", .notGlobalUnicast),
        ("fc00::1", .uniqueLocal), ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata), ("fdff:ffff::1", .uniqueLocal),
        ("fe80::1", .linkLocal),
        ("febf::1", .linkLocal), ("fec0::1", .siteLocal), ("feff::1", .siteLocal), ("ff02::1", .multicast), ("fe00::1", .notGlobalUnicast),
    ]

    @Test(arguments: special) func `of a special range is not public`(text: String, range: SpecialAddress) throws {
        #expect(SpecialAddress.of(try #require(IPAddress(text))) == range)
    }

    @Test func `has a test for each special range`() {
        #expect(Set(Self.special.map { $0.1 }) == Set(SpecialAddress.allCases))
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "8.8.8.8",
        "2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1", "2606:4700::1111", "3ffe:ffff::1", "3fff:1000::1",
        "2a00::1",
    ])
    func `beside them is public`(text: String) throws {
        #expect(SpecialAddress.of(try #require(IPAddress(text))) == nil)
    }

    @Test(arguments: [
        "", "1", "127.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "256.1.1.1", "1.2.3.-4", "::g", ":::", "fe80::1%eth0",
        "[::1]", "1::2::3",
    ])
    func `in another notation is none`(text: String) {
        #expect(IPAddress(text) == nil)
    }
}

@Suite struct `A range of addresses` {
    @Test func `holds what begins with its bits`() throws {
        let range = try AddressRange("10.1.16.0/20")
        #expect(["10.1.16.0", "10.1.31.255"].allSatisfy { IPAddress($0).map(range.contains) == true })
        #expect(["10.1.15.255", "10.1.32.0", "::ffff:10.1.16.0"].allSatisfy { IPAddress($0).map(range.contains) == false })
        let one = try AddressRange("fd12::5")
        #expect(IPAddress("fd12::5").map(one.contains) == true)
        #expect(IPAddress("fd12::4").map(one.contains) == false)
    }

    @Test(arguments: [
        ("10.0.0.0/7", AddressRangeError.tooLarge), ("0.0.0.0/0", .tooLarge), ("fc00::/6", .tooLarge), ("10.0.0.1/8", .bitsBeyondPrefix),
        ("10.0.0.0/33", .notAPrefix(bits: 32)), ("10.0.0.0/08", .notAPrefix(bits: 32)), ("10.0.0.0/", .notAPrefix(bits: 32)),
        ("fd00::/129", .notAPrefix(bits: 128)),
        ("10.0.0/8", .notAnAddress), ("", .notAnAddress), ("localhost", .notAnAddress),
    ])
    func `is refused when it is written wrong or holds too much`(text: String, error: AddressRangeError) {
        #expect(throws: error) { try AddressRange(text) }
    }
}

@Suite struct `The settings of what may be asked outside` {
    @Test(arguments: [
        ("crm.example.com,https://", "OUTBOUND_ALLOWED_HOSTS) entry 2"), ("http://crm.example.com/path", "entry 1"),
        (".10.0.0.1", "entry 1"), ("*", "entry 1"),
        ("*.example.com", "entry 1"), ("user:s3cret@example.com", "entry 1"),
    ])
    func `name the entry that is wrong and do not repeat it`(hosts: String, part: String) {
        let error = #expect(throws: SettingError.self) { try settings(hosts: hosts) }
        #expect(error?.description.contains(part) == true)
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func `name the network that is wrong`() {
        let error = #expect(throws: SettingError.self) { try settings(networks: "10.0.0.0/8, 10.0.0.1/8") }
        #expect(error?.description.contains("OUTBOUND_PRIVATE_NETWORKS) entry 2 has bits set beyond its prefix") == true)
    }
}
