import Bus
import Contracts

extension RequestContext {
    /// The tenant is always the principal's. A caller that says another one around it has a bug.
    func requireTenant(of principal: Principal) throws(BusError) {
        guard clientID == nil || clientID == principal.clientID else {
            throw .malformed("the request is for another tenant than its principal's")
        }
    }
}
