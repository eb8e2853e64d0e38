/// Errors among trials, with what that says of their probability.
package struct Rate {
    package var errors: Int
    package var trials: Int

    package init(errors: Int, trials: Int) {
        self.errors = errors
        self.trials = trials
    }

    package var value: Double { Double(errors) / Double(max(trials, 1)) }

    /// Wilson's interval of 95 %.
    package var interval: ClosedRange<Double> {
        let count = Double(max(trials, 1))
        let z2 = 1.96 * 1.96
        let middle = (value + z2 / (2 * count)) / (1 + z2 / count)
        let reach = 1.96 * (value * (1 - value) / count + z2 / (4 * count * count)).squareRoot() / (1 + z2 / count)
        return max(middle - reach, 0)...min(middle + reach, 1)
    }
}
