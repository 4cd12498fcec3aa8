import Bus
import Contracts
package enum AccountsPlaceholder {}
