import Bus
import Contracts
package enum GatewayPlaceholder {}
