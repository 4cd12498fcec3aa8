/// An order or a question that more than one service answers alike; whoever asks says which of them is meant.
///
/// Conform by one of ``AskedByPrincipal``, ``AskedForTenant`` and ``AskedByAnyone``: what is declared there is checked where a service
/// registers its handler, before anything is looked up. A question without it does not compile.
package protocol BusQuestion: Codable, Sendable {
    associatedtype Reply: Codable & Sendable
    associatedtype Failure: ServiceError
    /// `service.order`, for ever.
    static var subject: Subject { get }
    /// Whether the reply is kept for a repeat under the same `Idempotency-Key`. False for a reply that
    /// holds a secret, and for one that its own id finds again: the repeat is then answered anew, by a handler that recognises it.
    static var keepsReply: Bool { get }
    static var access: Access { get }
    /// What the question itself says about who asks; the envelope around it has to say the same tenant.
    var asker: Asker { get }
}

extension BusQuestion {
    package static var keepsReply: Bool { true }
}

package enum Asker: Sendable, Equatable {
    case principal(Principal)
    /// Asked for a company, in nobody's name.
    case tenant(TenantID)
    case anyone

    /// nil: no tenant is known yet, or the question is about several.
    package var tenant: TenantID? {
        switch self {
        case .principal(let principal): principal.clientID
        case .tenant(let tenant): tenant
        case .anyone: nil
        }
    }
}

/// Asked by somebody who is known: a person of the company, a visitor, a key, a service of ours in its own name. Declares `access`.
package protocol AskedByPrincipal: BusQuestion {
    var principal: Principal { get }
}

extension AskedByPrincipal {
    package var asker: Asker { .principal(principal) }
}

/// Asked by a service of ours for one company, whoever is behind it: the answer is no secret within the company.
package protocol AskedForTenant: BusQuestion {
    var clientID: TenantID { get }
}

extension AskedForTenant {
    package static var access: Access { .anyone }
    package var asker: Asker { .tenant(clientID) }
}

/// Asked before a tenant is known, by somebody who proves by the question's content what is theirs; or reported by a service of ours about
/// several companies at once. The envelope may name a tenant, which means nothing.
package protocol AskedByAnyone: BusQuestion {}

extension AskedByAnyone {
    package static var access: Access { .anyone }
    package var asker: Asker { .anyone }
}
