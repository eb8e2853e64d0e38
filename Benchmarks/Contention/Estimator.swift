import AIoTAccess

/// Occasions per device of the estimator and the choice of q alone.
func estimatorBenchmark() {
    print("not written yet")
}
