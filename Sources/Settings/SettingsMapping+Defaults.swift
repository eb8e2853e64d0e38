/// Keys that have a value without being written: it is told to `EffectiveSettings` as the default.
extension SettingsMapping {
    package func string(_ key: String, default other: String) -> String {
        string(key) ?? noted(key, other, EffectiveSettings.quoted)
    }

    package func bool(_ key: String, default other: Bool) -> Bool {
        bool(key) ?? noted(key, other) { "\($0)" }
    }

    package func int(_ key: String, in range: ClosedRange<Int>, default other: Int, hexDigits: Int = 0) -> Int {
        int(key, in: range, hexDigits: hexDigits) ?? noted(key, other) { Self.shown($0, hexDigits) }
    }

    package func number(_ key: String, in range: ClosedRange<Double>, default other: Double) -> Double {
        number(key, in: range) ?? noted(key, other) { Self.shown($0) }
    }

    package func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, default other: Choice) -> Choice
    where Choice.RawValue == String {
        choice(key, of: Choice.self) ?? noted(key, other, \.rawValue)
    }

    private func noted<Value>(_ key: String, _ value: Value, _ show: (Value) -> String) -> Value {
        record(key, show(value), isDefault: true)
        return value
    }
}
