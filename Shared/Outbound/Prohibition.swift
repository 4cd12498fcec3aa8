/// Why something is not asked at all. Nothing was sent, and repeating it changes nothing.
package enum Prohibition: Error, Hashable, Sendable, CustomStringConvertible {
    /// With the end of a sentence that repeats nothing of the address.
    case urlUnreadable(String)
    case plainHTTP
    case hostNotAllowed
    case portNotAllowed(Int)
    /// The name stands for this machine.
    case thisMachine
    /// One of the host's addresses is not public. All are refused then: a name with both kinds is a mistake or an attack, and which of them
    /// answers next is not ours to say.
    case addressNotPublic(SpecialAddress)
    case tooManyAddresses(limit: Int)
    case headerNotAllowed(String)
    case requestHeadTooLarge(limit: Int)
    case requestBodyTooLarge(limit: Int)
    case tooManyRedirects(limit: Int)
    /// From https to http.
    case redirectToPlainHTTP

    package var description: String {
        switch self {
        case .urlUnreadable(let why): "the address cannot be used: \(why)"
        case .plainHTTP: "only https is allowed"
        case .hostNotAllowed: "this host is not among the allowed ones"
        case .portNotAllowed(let port): "port \(port) is not allowed"
        case .thisMachine: "the name stands for this machine"
        case .addressNotPublic(let special): "the host has an address that is not public (\(special.rawValue))"
        case .tooManyAddresses(let limit): "the host has more than \(limit) addresses"
        case .headerNotAllowed(let name): "the field \(name) cannot be sent"
        case .requestHeadTooLarge(let limit): "the request's fields have more than \(limit) bytes"
        case .requestBodyTooLarge(let limit): "the request's body has more than \(limit) bytes"
        case .tooManyRedirects(let limit): "it was redirected more than \(limit) times"
        case .redirectToPlainHTTP: "it was redirected from https to http"
        }
    }
}
