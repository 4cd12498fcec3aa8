extension FixedWidthInteger {
    /// The nearest whole number towards zero that fits. Not a number is the largest, as what is later than everything.
    ///
    /// `Int(value)` ends the process where a number does not fit: it is for numbers that are ours, never for what somebody sent.
    package init(saturating value: Double) {
        self = Self(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
    }
}
