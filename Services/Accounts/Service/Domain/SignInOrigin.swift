/// Where somebody signs in, as they say: shown in the list of sign-ins, believed by nothing.
package struct SignInOrigin: Sendable, Equatable {
    /// Bytes of `device`. Browsers' names have about 120.
    package static let deviceMax = 256
    /// Bytes of `address`: the longest IPv6 address with a zone.
    package static let addressMax = 64

    package let address: String
    package let device: String?

    package init(address: String, device: String?) {
        self.address = Self.cut(address, Self.addressMax)
        let device = Self.cut(device ?? "", Self.deviceMax)
        self.device = device.isEmpty ? nil : device
    }

    /// Printable ASCII, which is all that a header may hold; the rest is left out.
    private static func cut(_ text: String, _ bytes: Int) -> String {
        String(decoding: text.utf8.lazy.filter { (0x20..<0x7f).contains($0) }.prefix(bytes), as: UTF8.self)
    }
}
