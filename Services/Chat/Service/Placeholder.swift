import Bus
import Contracts
package enum ChatPlaceholder {}
