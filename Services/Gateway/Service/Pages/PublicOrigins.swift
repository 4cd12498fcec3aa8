import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// Where the widget and the company's people have origins of their own, so that a fault in what visitors see reaches neither the session
/// cookie nor an inbox: browsers keep origins apart. Without them everything is at one.
package struct PublicOrigins: Sendable {
    /// Which of the two a route belongs to.
    package enum Side: Sendable { case staff, widget, any }

    private let staff: Substring?
    private let widget: Substring?
    package let staffOrigin: String?
    package let widgetOrigin: String?

    package init(staff: String? = nil, widget: String? = nil) {
        staffOrigin = staff
        widgetOrigin = widget
        self.staff = staff.flatMap(Self.authority)
        self.widget = widget.flatMap(Self.authority)
    }

    /// The `host:port` of an origin; nil if the text is none.
    package static func authority(_ origin: String) -> Substring? {
        for scheme in ["https://", "http://"] where origin.hasPrefix(scheme) {
            let authority = origin.dropFirst(scheme.count)
            let isPlain = authority.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || ":.-_[]".utf8.contains(byte)
            }
            return isPlain && !authority.isEmpty ? authority : nil
        }
        return nil
    }

    /// Browsers say from which page a socket is opened, and let any page open any: none but the people's own gets the company's. Programs
    /// say nothing.
    /// - Parameter origin: the request's `Origin`.
    /// - Throws: 403 for another page's.
    func admitStaffPage(_ origin: String?) throws {
        guard let staffOrigin, let origin, origin != staffOrigin else { return }
        throw Problem(.forbidden, "origin-not-allowed", detail: "Pages open this at \(staffOrigin) only.")
    }

    /// - Throws: 421, naming the right one.
    func admit(_ side: Side, authority: String?) throws {
        let (wanted, origin): (Substring?, String?) =
            switch side {
            case .staff: (staff, staffOrigin)
            case .widget: (widget, widgetOrigin)
            case .any: (nil, nil)
            }
        guard let wanted, let origin, authority?.lowercased() ?? "" != wanted else { return }
        throw Problem(.misdirectedRequest, "wrong-origin", detail: "This is at \(origin).").with(\.origin, origin)
    }
}
