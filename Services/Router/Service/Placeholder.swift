import Bus
import Contracts
package enum RouterPlaceholder {}
